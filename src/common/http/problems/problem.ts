import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { AppError, type FieldError } from '../../errors/app-error.js';
import { assertNever } from '../../errors/assert-never.js';
import { isDatabaseFull, isDatabaseUnavailable } from '../../errors/database-unavailable.js';
import { type ErrorKind, PROBLEM_CODES, type ProblemCode } from '../../errors/problem-codes.js';

/** The media type of RFC 9457. */
export const PROBLEM_JSON = 'application/problem+json';

/** Seconds a client waits when nothing better is known. */
const DEFAULT_RETRY_SECONDS = 5;

/** Body of an error answer, as RFC 9457 wants it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly requestId?: string;
  readonly errors?: readonly FieldError[];
}

export function statusOf(kind: ErrorKind): number {
  switch (kind) {
    case 'malformed':
      return 400;
    case 'unauthenticated':
      return 401;
    case 'forbidden':
      return 403;
    case 'not_found':
      return 404;
    case 'method_not_allowed':
      return 405;
    case 'conflict':
      return 409;
    case 'too_large':
      return 413;
    case 'unsupported_media_type':
      return 415;
    case 'invalid_input':
      return 422;
    case 'rate_limited':
      return 429;
    case 'internal':
      return 500;
    case 'unavailable':
      return 503;
    case 'no_space':
      return 507;
    default:
      return assertNever(kind);
  }
}

export function toProblem(error: AppError, requestId: string | undefined): Problem {
  return {
    ...error.members,
    type: `urn:switchboard:problem:${error.code}`,
    title: PROBLEM_CODES[error.code].title,
    status: statusOf(error.kind),
    detail: error.detail,
    code: error.code,
    ...(requestId !== undefined && { requestId }),
    ...(error.kind === 'invalid_input' && { errors: error.errors }),
  };
}

/** `Retry-After` in seconds where the answer has one. */
export function retryAfterOf(error: AppError): number | undefined {
  const retryable = error.kind === 'rate_limited' || error.kind === 'unavailable' || error.kind === 'no_space';
  return error.retryAfterSeconds ?? (retryable ? DEFAULT_RETRY_SECONDS : undefined);
}

/**
 * Any thrown value as an `AppError`. Texts of foreign errors never reach the caller: parsers quote the body they choke
 * on, drivers their SQL.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (isDatabaseFull(thrown)) {
    return new AppError('database_full', 'The database has no room left; what only reads goes on.', { cause: thrown });
  }
  if (isDatabaseUnavailable(thrown)) {
    return new AppError('database_unavailable', 'The database does not answer; try again soon.', { cause: thrown });
  }
  if (thrown instanceof HttpException) return fromStatus(thrown.getStatus(), thrown);
  const status = (thrown as { expose?: unknown; status?: unknown } | null | undefined)?.status;
  if (typeof status === 'number' && status >= 400 && status < 500) return fromStatus(status, thrown);
  return new AppError('internal_error', 'The server failed to answer; the request id helps to find out why.', {
    cause: thrown,
  });
}

function fromStatus(status: number, cause: unknown): AppError {
  switch (status) {
    case 400:
      return isBodyFault(cause)
        ? new AppError('malformed_body', 'The body is not valid JSON.', { cause })
        : new AppError('malformed_request', 'The request could not be understood.', { cause });
    case 401:
      return new AppError('unauthenticated', 'A valid credential is needed.', { cause });
    case 403:
      return new AppError('forbidden', 'This is not allowed.', { cause });
    case 404:
      return new AppError('not_found', 'There is nothing at this address.', { cause });
    case 405:
      return new AppError('method_not_allowed', 'This method is not allowed here.', { cause });
    case 409:
      return new AppError('conflict', 'The request conflicts with the current state.', { cause });
    case 413:
      return new AppError('payload_too_large', 'The body is too large.', { cause });
    case 415:
      return new AppError('unsupported_media_type', 'The body must be JSON in UTF-8.', { cause });
    case 422:
      return new AppError('invalid_input', 'The request is not valid.', { cause });
    case 429:
      return new AppError('rate_limited', 'Too many requests.', { cause });
    case 503:
      return new AppError('unavailable', 'The server cannot do this right now.', { cause });
    default:
      return status < 500
        ? new AppError('malformed_request', STATUS_CODES[status] ?? 'The request could not be understood.', { cause })
        : new AppError('internal_error', 'The server failed to answer.', { cause });
  }
}

/** The body parser marks what it throws; Nest wraps it as the cause of its own exception. */
function isBodyFault(thrown: unknown): boolean {
  const types = [thrown, (thrown as { cause?: unknown }).cause].map(
    (error) => (error as { type?: unknown } | null)?.type,
  );
  return types.some((type) => type === 'entity.parse.failed' || type === 'entity.verify.failed');
}
