import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load-config.js';
import { MetricsAccess } from './metrics-access.js';

const access = (production: boolean, token?: string): MetricsAccess =>
  new MetricsAccess(
    loadConfig({
      METRICS_TOKEN: token,
      ...(production && { NODE_ENV: 'production', SECRET_KEY: 'k'.repeat(32) }),
    }),
  );

describe('MetricsAccess', () => {
  it('requires the token if there is one, even on loopback', () => {
    const guarded = access(false, 's3cret');
    expect(guarded.judge({ authorization: 'Bearer s3cret' }, '192.0.2.1')).toBe('allowed');
    expect(guarded.judge({ authorization: 'bearer s3cret' }, '192.0.2.1')).toBe('allowed');
    expect(guarded.judge({}, '127.0.0.1')).toBe('unauthenticated');
    expect(guarded.judge({ authorization: 'Bearer s3cre' }, '127.0.0.1')).toBe('unauthenticated');
    expect(guarded.judge({ authorization: 'Basic s3cret' }, '127.0.0.1')).toBe('unauthenticated');
    expect(guarded.judge({ authorization: 's3cret' }, '127.0.0.1')).toBe('unauthenticated');
  });

  it('lets anyone read outside production', () => {
    expect(access(false).judge({}, '192.0.2.1')).toBe('allowed');
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('lets %s read in production', (peer) => {
    expect(access(true).judge({}, peer)).toBe('allowed');
  });

  it.each(['192.0.2.1', '::ffff:192.0.2.1', '10.0.0.1', 'fe80::1', '', undefined])(
    'refuses %s in production',
    (peer) => {
      expect(access(true).judge({}, peer)).toBe('forbidden');
    },
  );

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'treats a proxy on this machine, known by its %s header, as a stranger in production',
    (header) => {
      expect(access(true).judge({ [header]: '127.0.0.1' }, '127.0.0.1')).toBe('forbidden');
    },
  );
});
