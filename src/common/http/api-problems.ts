import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEM_CODES, type ProblemCode } from '../errors/problem-codes.js';
import { PROBLEM_JSON, statusOf } from './problem.js';
import { ProblemDto } from './problem.dto.js';

/** The code that stands as example for a status where a route names none. */
const TYPICAL = {
  400: 'malformed_body',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  422: 'invalid_input',
  429: 'rate_limited',
  500: 'internal_error',
  503: 'database_unavailable',
} as const satisfies Record<number, ProblemCode>;

export type ProblemStatus = keyof typeof TYPICAL;

/** The OpenAPI response of one problem status. */
export function problemResponse(
  status: ProblemStatus,
  codes: readonly ProblemCode[] = [],
): {
  description: string;
  content: Record<string, { schema: { $ref: string }; example: object }>;
} {
  const code = codes[0] ?? TYPICAL[status];
  return {
    description: codes.length > 0 ? `${STATUS_CODES[status] ?? ''}: ${codes.join(', ')}` : (STATUS_CODES[status] ?? ''),
    content: {
      [PROBLEM_JSON]: {
        schema: { $ref: getSchemaPath(ProblemDto) },
        example: {
          type: `urn:switchboard:problem:${code}`,
          title: PROBLEM_CODES[code].title,
          status,
          detail: `${PROBLEM_CODES[code].title}.`,
          code,
          requestId: '3f1c2d90-5a8e-4a53-9d0c-7f6f3a0d0f11',
          ...(status === 422 && { errors: [{ field: 'title', message: 'is required' }] }),
        },
      },
    },
  };
}

/**
 * Documents the problems a route (or all routes of a class) may answer: statuses, or codes where it has its own.
 * Written by themselves: 401 and 403 by the access decorators, 429, 500 and 503 by `ApiV1Controller`, and 400, 413,
 * 415, 422 where there is a body or a parameter.
 */
export function ApiProblems(...problems: (ProblemStatus | ProblemCode)[]): ClassDecorator & MethodDecorator {
  const byStatus = new Map<ProblemStatus, ProblemCode[]>();
  for (const problem of problems) {
    const status = typeof problem === 'number' ? problem : (statusOf(PROBLEM_CODES[problem].kind) as ProblemStatus);
    const codes = byStatus.get(status) ?? [];
    byStatus.set(status, typeof problem === 'number' ? codes : [...codes, problem]);
  }
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...byStatus].map(([status, codes]) => ApiResponse({ status, ...problemResponse(status, codes) })),
  );
}
