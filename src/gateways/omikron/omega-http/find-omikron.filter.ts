import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type Response } from 'express';
import { retryAfterOf, statusOf, toAppError } from '../../../common/http/problems/problem.js';
import { OmegaErrorDto } from './omega.dto.js';

/** Levels of `log`, where they are not 2: of what may be otherwise in a moment. */
const LEVELS: ReadonlyMap<string, number> = new Map([
  ['The user you are searching has no online iota', 1],
  ['The omikron with the users iota is full try again later', 0],
]);

/** Errors of the directory leave in its own form. */
@Catch()
export class FindOmikronFilter implements ExceptionFilter {
  private readonly logger = new Logger('FindOmikron');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = toAppError(thrown);
    if (error.kind === 'internal') {
      // Only the stack: error objects of the driver also carry the parameters of the query.
      this.logger.error(error.cause instanceof Error ? error.cause.stack : error.stack);
    }
    const response = host.switchToHttp().getResponse<Response>();
    const retryAfter = retryAfterOf(error);
    if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
    response.setHeader('Cache-Control', 'no-store');
    response.status(statusOf(error.kind)).json(OmegaErrorDto.of(error.detail, LEVELS.get(error.detail) ?? 2));
  }
}
