import { describe, expect, it } from 'vitest';
import { isAnswerLost, isDatabaseUnavailable } from './database-unavailable.js';

const coded = (code: string) => Object.assign(new Error('x'), { code });

describe('isDatabaseUnavailable', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', '57P01', '57P03', '57014', '53300', '08006'])(
    'treats %s as unavailability',
    (code) => {
      expect(isDatabaseUnavailable(coded(code))).toBe(true);
    },
  );

  it.each(['23505', '42P01', '22P02', '40001', 'ENOENT'])('treats %s as an error in the statement', (code) => {
    expect(isDatabaseUnavailable(coded(code))).toBe(false);
  });

  it.each([
    'timeout exceeded when trying to connect',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ])('knows the driver’s words «%s»', (message) => {
    expect(isDatabaseUnavailable(new Error(message))).toBe(true);
  });

  it('looks into causes, and into each of several errors', () => {
    expect(isDatabaseUnavailable(new Error('query failed', { cause: coded('ECONNRESET') }))).toBe(true);
    expect(isDatabaseUnavailable(Object.assign(new Error('x'), { driverError: coded('57P01') }))).toBe(true);
    expect(isDatabaseUnavailable(new AggregateError([coded('ENOENT'), coded('ECONNREFUSED')]))).toBe(true);
  });

  it('survives whatever is thrown', () => {
    const circular = new Error('x');
    circular.cause = circular;
    for (const thrown of [undefined, null, 'ECONNREFUSED', 57, circular])
      expect(isDatabaseUnavailable(thrown)).toBe(false);
  });
});

describe('isAnswerLost', () => {
  it.each([
    [true, ['ECONNRESET', 'EPIPE', '57P01', '08006']],
    [false, ['53100', '25006', '57014', '53300', '57P03', '23505']],
  ])('is %s for %j', (isLost, codes) => {
    for (const code of codes) expect(isAnswerLost(coded(code)), code).toBe(isLost);
  });

  it('is true for a connection that ended without an error', () => {
    expect(isAnswerLost(new Error('Connection terminated unexpectedly'))).toBe(true);
  });
});
