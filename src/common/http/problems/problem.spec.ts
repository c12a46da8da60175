import { BadRequestException, HttpException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors/app-error.js';
import { PROBLEM_CODES, type ProblemCode } from '../../errors/problem-codes.js';
import { retryAfterOf, toAppError, toProblem } from './problem.js';

describe('a problem', () => {
  it('has a status of its own kind for every code', () => {
    for (const code of Object.keys(PROBLEM_CODES) as ProblemCode[]) {
      const problem = toProblem(new AppError(code, 'Because.'), 'r1');
      expect(problem).toMatchObject({
        code,
        detail: 'Because.',
        requestId: 'r1',
        type: `urn:switchboard:problem:${code}`,
      });
      expect(problem.status).toBeGreaterThanOrEqual(400);
      expect('errors' in problem).toBe(problem.status === 422);
    }
  });

  it.each([
    [new Error('SELECT secret FROM users'), 'internal_error'],
    ['a text', 'internal_error'],
    [undefined, 'internal_error'],
    [null, 'internal_error'],
    [new NotFoundException('Cannot GET /ws/endpoint/secretcode'), 'not_found'],
    [new BadRequestException('Unexpected token in "password"'), 'malformed_request'],
    [
      new BadRequestException('x', { cause: Object.assign(new Error('x'), { type: 'entity.parse.failed' }) }),
      'malformed_body',
    ],
    [new HttpException('secret', 418), 'malformed_request'],
    [new HttpException('secret', 502), 'internal_error'],
    [Object.assign(new Error('secret'), { status: 413, expose: true }), 'payload_too_large'],
    [Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:5432'), { code: 'ECONNREFUSED' }), 'database_unavailable'],
  ])('made from %j is %s and reveals nothing about it', (thrown, code) => {
    const error = toAppError(thrown);
    expect(error.code).toBe(code);
    expect(error.detail).not.toMatch(/secret|password|10\.0\.0|Cannot/);
  });

  it('says when to retry if that helps', () => {
    expect(retryAfterOf(new AppError('rate_limited', '', { retryAfterSeconds: 7 }))).toBe(7);
    expect(retryAfterOf(new AppError('rate_limited', ''))).toBeGreaterThan(0);
    expect(retryAfterOf(new AppError('database_unavailable', ''))).toBeGreaterThan(0);
    expect(retryAfterOf(new AppError('not_found', ''))).toBeUndefined();
  });
});
