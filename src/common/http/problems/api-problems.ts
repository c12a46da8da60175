import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEM_CODES, type ProblemCode } from '../../errors/problem-codes.js';
import { PROBLEM_JSON, statusOf } from './problem.js';
import { ProblemDto } from './problem.dto.js';

/** The example code of each status, for routes that do not name any. */
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
  507: 'storage_full',
} as const satisfies Record<number, ProblemCode>;

export type ProblemStatus = keyof typeof TYPICAL;

export const PROBLEM_STATUSES = Object.keys(TYPICAL).map(Number) as ProblemStatus[];

type HeaderDocs = Record<string, { description: string; schema: { type: 'integer'; format: 'int32' } }>;

const RETRY_AFTER: HeaderDocs = {
  'Retry-After': {
    description: 'Seconds after which a retry makes sense.',
    schema: { type: 'integer', format: 'int32' },
  },
};

/** The OpenAPI response for one problem status; without codes, the typical one. */
export function problemResponse(status: ProblemStatus, codes: readonly ProblemCode[] = [TYPICAL[status]]) {
  const [code = TYPICAL[status]] = codes;
  return {
    description: `${STATUS_CODES[status] ?? ''}: ${codes.map((each) => `\`${each}\``).join(', ')}`,
    ...((status === 429 || status === 503 || status === 507) && { headers: RETRY_AFTER }),
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
          ...(status === 422 && { errors: [{ field: 'name', message: 'is required' }] }),
        },
      },
    },
  };
}

/**
 * Documents the problems that a route (or every route of a class) may answer: by status, or by code where it has its
 * own. Added automatically: 401 and 403 by the access decorators, 429, 500 and 503 by `ApiV1Controller`, and 400, 413,
 * 415 and 422 where there is a body or a parameter.
 */
export function ApiProblems(...problems: (ProblemStatus | ProblemCode)[]): ClassDecorator & MethodDecorator {
  const byStatus = new Map<ProblemStatus, ProblemCode[]>();
  for (const problem of problems) {
    const code = typeof problem === 'number' ? TYPICAL[problem] : problem;
    const status = statusOf(PROBLEM_CODES[code].kind) as ProblemStatus;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  // Nest joins the descriptions of all decorators for one status, so the codes are passed in the description.
  const responses = [...byStatus].map(([status, codes]) => ApiResponse({ status, description: codes.join('\n\n') }));
  return applyDecorators(ApiExtraModels(ProblemDto), ...responses);
}

/** The codes that `ApiProblems` put into a description; none when the description was written by hand. */
export function problemCodesIn(description: string): ProblemCode[] {
  const parts = [...new Set(description.split('\n\n'))];
  return parts.every((part) => part in PROBLEM_CODES) ? (parts as ProblemCode[]) : [];
}
