import { type ArgumentsHost, Catch, type ExceptionFilter, Logger, NotFoundException } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { currentRequest } from '../../context/request-context.js';
import { AppError } from '../../errors/app-error.js';
import { isDatabaseUnavailable } from '../../errors/database-unavailable.js';
import { OUTAGES } from '../../outages/outages.js';
import { allowedMethods } from './allowed-methods.js';
import { PROBLEM_JSON, retryAfterOf, statusOf, toAppError, toProblem } from './problem.js';

/** Everything thrown while handling HTTP is answered as `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw thrown;
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = this.understand(thrown, request, response);
    this.report(error);
    if (response.headersSent) {
      // Part of the response has been sent: the caller must notice that it is broken.
      response.destroy();
      return;
    }
    sendProblem(response, error);
  }

  private understand(thrown: unknown, request: Request, response: Response): AppError {
    // Domain code throws AppError, so Nest's own 404 means that no route matched.
    const methods = thrown instanceof NotFoundException ? allowedMethods(request) : [];
    if (methods.length === 0) return toAppError(thrown);
    response.setHeader('Allow', methods.join(', '));
    return new AppError('method_not_allowed', `Allowed here: ${methods.join(', ')}.`);
  }

  private report(error: AppError): void {
    if (error.kind === 'internal') this.logger.error(error.trace);
    else if (error.cause !== undefined && isDatabaseUnavailable(error.cause)) OUTAGES.database.failed(error.cause);
  }
}

/** Answers with `error`. Used by the filter, and by middleware that runs before Nest's routes. */
export function sendProblem(response: Response, error: AppError): void {
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  if (error.kind === 'unauthenticated') response.setHeader('WWW-Authenticate', 'Bearer');
  response.setHeader('Cache-Control', 'no-store');
  response.status(statusOf(error.kind)).setHeader('Content-Type', PROBLEM_JSON);
  response.end(JSON.stringify(toProblem(error, currentRequest()?.requestId)));
}
