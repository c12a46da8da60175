import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { AppError, type FieldError } from '../../errors/app-error.js';
import { isDatabaseFull, isDatabaseUnavailable } from '../../errors/database-unavailable.js';
import { type ErrorKind, PROBLEM_CODES, type ProblemCode } from '../../errors/problem-codes.js';

/** The media type of RFC 9457. */
export const PROBLEM_JSON = 'application/problem+json';

/** Seconds a client should wait when nothing better is known. */
const DEFAULT_RETRY_SECONDS = 5;

/** Body of an error response, as defined by RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly requestId?: string;
  readonly errors?: readonly FieldError[];
}

const STATUS: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  invalid_input: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  no_space: 507,
};

export const statusOf = (kind: ErrorKind): number => STATUS[kind];

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

/** `Retry-After` in seconds, for responses that have one. */
export function retryAfterOf(error: AppError): number | undefined {
  const retryable = error.kind === 'rate_limited' || error.kind === 'unavailable' || error.kind === 'no_space';
  return error.retryAfterSeconds ?? (retryable ? DEFAULT_RETRY_SECONDS : undefined);
}

/**
 * Turns any thrown value into an `AppError`. Messages of foreign errors never reach the caller: parsers quote the body
 * they fail on, drivers their SQL.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (isDatabaseFull(thrown)) {
    return new AppError('database_full', 'The database is full; requests that only read still work.', {
      cause: thrown,
    });
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

/** Code and detail for foreign errors that come with nothing but a status. */
const FOREIGN: Readonly<Record<number, readonly [code: ProblemCode, detail: string]>> = {
  400: ['malformed_request', 'The request could not be understood.'],
  401: ['unauthenticated', 'A valid credential is needed.'],
  403: ['forbidden', 'This is not allowed.'],
  404: ['not_found', 'There is nothing at this address.'],
  405: ['method_not_allowed', 'This method is not allowed here.'],
  409: ['conflict', 'The request conflicts with the current state.'],
  413: ['payload_too_large', 'The body is too large.'],
  415: ['unsupported_media_type', 'The body must be JSON in UTF-8.'],
  422: ['invalid_input', 'The request is not valid.'],
  429: ['rate_limited', 'Too many requests.'],
  503: ['unavailable', 'The server cannot do this right now.'],
};

function fromStatus(status: number, cause: unknown): AppError {
  if (status === 400 && isBodyFault(cause))
    return new AppError('malformed_body', 'The body is not valid JSON.', { cause });
  const known = FOREIGN[status];
  if (known) return new AppError(...known, { cause });
  return status < 500
    ? new AppError('malformed_request', STATUS_CODES[status] ?? 'The request could not be understood.', { cause })
    : new AppError('internal_error', 'The server failed to answer.', { cause });
}

/** The body parser marks what it throws; Nest wraps it as the cause of its own exception. */
function isBodyFault(thrown: unknown): boolean {
  const types = [thrown, (thrown as { cause?: unknown }).cause].map(
    (error) => (error as { type?: unknown } | null)?.type,
  );
  return types.some((type) => type === 'entity.parse.failed' || type === 'entity.verify.failed');
}
