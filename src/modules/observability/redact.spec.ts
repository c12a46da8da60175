import { describe, expect, it } from 'vitest';
import { describeError, redact, redactText } from './redact.js';

describe('redact', () => {
  it.each([
    'authorization',
    'Authorization',
    'cookie',
    'Set-Cookie',
    'API-KEY',
    'apiKey',
    'api_key',
    'password',
    'newPassword',
    'accessToken',
    'refresh_token',
    'hostToken',
    'SECRET_KEY',
    'clientSecret',
    'DATABASE_URL',
    'privateKeyHash',
    'publicCode',
  ])('hides the member %s', (key) => {
    expect(redact({ a: [{ b: { [key]: 'hunter2' } }] })).toEqual({ a: [{ b: { [key]: '[redacted]' } }] });
  });

  it('leaves ordinary members alone', () => {
    const fields = {
      route: '/api/v1/services/:id',
      status: 200,
      tokenType: 'host',
      allowPublicCode: true,
      at: new Date(0),
      list: [1, null],
    };
    expect(redact(fields)).toEqual(fields);
  });

  it('survives cycles, deep nesting, big lists and values that JSON cannot express', () => {
    const cycle: Record<string, unknown> = {
      n: 10n,
      s: Symbol('x'),
      bytes: Buffer.alloc(9),
      list: Array(1000).fill(1),
    };
    cycle['self'] = cycle;
    const text = JSON.stringify(redact(cycle));
    expect(text.length).toBeLessThan(5_000);
    expect(text).toContain('[9 bytes]');
  });

  it('reports only name, message, code, stack and cause of an error', () => {
    const error = Object.assign(new Error('duplicate key', { cause: new Error('below') }), {
      code: '23505',
      query: 'INSERT INTO secret_table',
      parameters: ['hunter2'],
    });
    const text = JSON.stringify(describeError(error));
    expect(text).toContain('duplicate key');
    expect(text).toContain('23505');
    expect(text).toContain('below');
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('secret_table');
  });
});

describe('redactText', () => {
  it.each([
    ['Authorization: Bearer abc.def-ghi', 'abc.def'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln refused', 'c2ln'],
    ['cannot connect to postgres://app:hunter2@db:5432/x', 'hunter2'],
    ['GET /ws/endpoint/AbCdEf123/ failed', 'AbCdEf123'],
    ['bearer.sbt_account_a-B_c9 offered', 'a-B_c9'],
    ['GET /sse/room/r/?ticket=sbt_application_a-B_c9', 'a-B_c9'],
    ['the key sbk_Zk3v9QwE', 'Zk3v9QwE'],
    ['GET /socket.io/?EIO=4&token=hunter2&x=1', 'hunter2'],
  ])('hides the secret in «%s»', (text, secret) => {
    expect(redactText(text)).not.toContain(secret);
    expect(redactText(text)).toContain('[redacted]');
  });

  it('cuts off endless text', () => {
    expect(redactText('x'.repeat(1_000_000)).length).toBeLessThan(10_000);
  });
});
