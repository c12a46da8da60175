import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type Response } from 'express';
import { type AppError } from '../../../common/errors/app-error.js';
import { assertNever } from '../../../common/errors/assert-never.js';
import { retryAfterOf, toAppError } from '../../../common/http/problems/problem.js';
import { LegacyAnswer, NO_KEY, ROOM_EXISTS, sendText } from './legacy-answer.js';

/** Errors of the legacy routes, in the form their clients know. */
@Catch()
export class LegacyRoomsFilter implements ExceptionFilter {
  private readonly logger = new Logger('LegacyRooms');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (thrown instanceof LegacyAnswer) {
      sendText(response, thrown.status, thrown.body, thrown.headers);
      return;
    }
    const error = toAppError(thrown);
    if (error.kind === 'internal') this.logger.error(error.trace);
    const { status, body } = answerTo(error);
    const retryAfter = retryAfterOf(error);
    sendText(response, status, body, retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) });
  }
}

function answerTo(error: AppError): { status: number; body: string } {
  switch (error.kind) {
    case 'unauthenticated':
    case 'forbidden':
      return { status: 403, body: NO_KEY };
    case 'not_found':
      return { status: 404, body: page('Not Found', 'The requested resource was not found on this server.') };
    case 'conflict':
      return { status: 404, body: ROOM_EXISTS };
    case 'malformed':
    case 'invalid_input':
    case 'unsupported_media_type':
      return { status: 400, body: page('Bad Request (400)', '') };
    case 'method_not_allowed':
      return { status: 405, body: '' };
    case 'too_large':
      return { status: 413, body: page('Content Too Large', '') };
    case 'rate_limited':
      return { status: 429, body: page('Too Many Requests', 'Slow down.') };
    case 'no_space':
    case 'unavailable':
      return { status: 503, body: page('Service Unavailable', 'Try again soon.') };
    case 'internal':
      return { status: 500, body: page('Server Error (500)', '') };
    default:
      return assertNever(error.kind);
  }
}

const page = (title: string, text: string): string =>
  `\n<!doctype html>\n<html lang="en">\n<head>\n  <title>${title}</title>\n</head>\n<body>\n  <h1>${title}</h1><p>${text}</p>\n</body>\n</html>\n`;
