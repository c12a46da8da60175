import { type Response } from 'express';
import { currentRequest } from '../../../common/context/request-context.js';
import { AppError } from '../../../common/errors/app-error.js';
import { PROBLEM_JSON, toProblem } from '../../../common/http/problem.js';
import { isShownInline } from './media-type.js';

const RANGE_STATUS = 416;

/** Content comes from strangers: nothing in it runs, whatever a browser makes of it, and no cache keeps it. */
export function setContentHeaders(response: Response, type: string): void {
  response.setHeader('Content-Type', type === 'text/plain' ? 'text/plain; charset=utf-8' : type);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
  response.setHeader('Cache-Control', 'private, no-store');
}

/** `inline` for what is harmless, else `attachment`; with the name for old clients and for those that know Unicode. */
export function contentDisposition(type: string, filename: string): string {
  const ascii =
    filename
      .normalize('NFKD')
      .replace(/[^\x20-\x7e]/g, '')
      .replace(/["\\%]/g, '_') || 'file';
  const extended = encodeURIComponent(filename).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `${isShownInline(type) ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${extended}`;
}

export function refuseRange(response: Response, size: number): void {
  const error = new AppError('range_not_satisfiable', 'There are no such bytes.');
  response.setHeader('Content-Range', `bytes */${size}`);
  response.status(RANGE_STATUS).setHeader('Content-Type', PROBLEM_JSON);
  response.end(JSON.stringify({ ...toProblem(error, currentRequest()?.requestId), status: RANGE_STATUS }));
}
