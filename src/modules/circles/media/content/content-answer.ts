import { create as contentDisposition } from 'content-disposition';
import { type Request, type Response } from 'express';
import { type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { currentRequest } from '../../../../common/context/request-context.js';
import { AppError } from '../../../../common/errors/app-error.js';
import { PROBLEM_JSON, toProblem } from '../../../../common/http/problems/problem.js';
import { safeName } from '../../safe-name.js';
import { type StoredMedia } from '../media.repository.js';
import { isShownInline } from './media-type.js';
import { type ByteRange } from '../storage/media-storage.js';

const RANGE_STATUS = 416;

/** What describes content in an answer, without its bytes. */
export interface Content {
  readonly type: string;
  readonly size?: number;
  readonly etag: string;
  readonly disposition: string;
}

export function contentOf({ id, contentType, filename, isDownload, size }: StoredMedia): Content {
  const type = contentType ?? '';
  const isInline = isShownInline({ type, isDownload });
  const name = filename ?? '';
  // For old clients: the letters without their accents. Wide forms may become slashes and quotes.
  const fallback = safeName(name.normalize('NFKD').replace(/[^\x20-\x7e]/g, ''));
  return {
    type: type === 'text/plain' && isInline ? 'text/plain; charset=utf-8' : type,
    size: size ?? 0,
    // Uploaded content never changes, and ids are never reused.
    etag: `"media-${id}"`,
    disposition: contentDisposition(name, { type: isInline ? 'inline' : 'attachment', fallback }),
  };
}

/**
 * Sends content as a whole, or the one range that is asked for; several ranges and other units are ignored, as RFC 9110
 * allows. Content comes from strangers: browsers must not run anything in it, and caches must not keep it.
 */
export async function answerContent(
  request: Request,
  response: Response,
  { type, size, etag, disposition }: Content,
  open: (range?: ByteRange) => Promise<Readable>,
): Promise<void> {
  response.setHeader('ETag', etag);
  if (isKnown(request.headers['if-none-match'], etag)) {
    response.status(304).end();
    return;
  }
  const range = size === undefined ? undefined : rangeOf(request, size, etag);
  if (range === 'unsatisfiable') {
    refuseRange(response, size ?? 0);
    return;
  }
  // Until the content is open, errors are answered as problems, which must not carry its headers.
  response.removeHeader('ETag');
  const content = request.method === 'HEAD' ? undefined : await open(range);
  response.setHeader('ETag', etag);
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Disposition', disposition);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
  response.setHeader('Cache-Control', 'private, no-store');
  if (size !== undefined) {
    response.setHeader('Accept-Ranges', 'bytes');
    response.setHeader('Content-Length', range ? range.end - range.start + 1 : size);
    if (range) response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  }
  // Clients that go away in the middle are no error.
  if (content) await pipeline(content, response).catch(() => response.destroy());
  else response.end();
}

/**
 * Express does not answer 304 to a request with `Cache-Control: no-cache`, which every `fetch` with `If-None-Match`
 * sends.
 */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, ''))) ?? false;

function rangeOf(request: Request, size: number, etag: string): ByteRange | undefined | 'unsatisfiable' {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  const header = request.headers.range ?? '';
  if (request.method !== 'GET' || !/^bytes=/i.test(header)) return undefined;
  // A suffix longer than the content means all of it, which `range-parser` does not know.
  if (size > 0 && Number(/^bytes=\s*-(\d+)\s*$/i.exec(header)?.[1] ?? 0) > size) return { start: 0, end: size - 1 };
  const ranges = request.range(size);
  if (ranges === -1) return 'unsatisfiable';
  return Array.isArray(ranges) && ranges.length === 1 ? ranges[0] : undefined;
}

function refuseRange(response: Response, size: number): void {
  const error = new AppError('range_not_satisfiable', 'There are no such bytes.');
  response.setHeader('Content-Range', `bytes */${size}`);
  response.status(RANGE_STATUS).setHeader('Content-Type', PROBLEM_JSON);
  response.end(JSON.stringify({ ...toProblem(error, currentRequest()?.requestId), status: RANGE_STATUS }));
}
