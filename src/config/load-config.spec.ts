import os from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, loadConfig } from './load-config.js';

const faultsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe('loadConfig', () => {
  it('names all errors at once', () => {
    expect(faultsOf({ PORT: 'x', NODE_ENV: 'production', MEDIA_STORAGE: 's3' })).toEqual([
      'PORT must be a whole number from 0 to 65535',
      'SECRET_KEY must be set when NODE_ENV=production',
      'S3_BUCKET must be set when MEDIA_STORAGE=s3',
    ]);
  });

  it.each(['prod', 'Production', 'PRODUCTION', 'production ', 'preprod'])(
    'does not use the permissive defaults of development for NODE_ENV=%j',
    (NODE_ENV) => {
      expect(faultsOf({ NODE_ENV })).toEqual([`NODE_ENV must be production, letter by letter, and not «${NODE_ENV}»`]);
    },
  );

  it.each(['development', 'test', 'staging', 'ci'])('accepts NODE_ENV=%s, which other tools use', (NODE_ENV) => {
    expect(faultsOf({ NODE_ENV })).toEqual([]);
  });

  it('says how to get a Redis if several workers have none', () => {
    const [fault, ...others] = faultsOf({ WORKERS: '2' });
    expect(fault).toMatch(
      /^WORKERS=2 needs REDIS_URL, .* install redis-server .* REDIS_URL=redis:\/\/127\.0\.0\.1:6379/,
    );
    expect(others).toEqual([]);
    expect(faultsOf({ WORKERS: 'auto' })).toHaveLength(os.availableParallelism() > 1 ? 1 : 0);
    expect(loadConfig({ WORKERS: '2', REDIS_URL: 'redis://127.0.0.1', MEDIA_SHARED: 'true' }).workers).toBe(2);
    expect(loadConfig({}).workers).toBe(1);
  });

  it('does not call REDIS_URL missing if it is only invalid', () => {
    expect(faultsOf({ WORKERS: '2', REDIS_URL: 'localhost' })).toEqual([expect.stringMatching(/^REDIS_URL must be /)]);
  });

  it.each([
    [true, undefined, 'pretty'],
    [false, undefined, 'json'],
    [true, 'json', 'json'],
    [false, 'pretty', 'pretty'],
  ] as const)('terminal %s, LOG_FORMAT %s: logs lines that are %s', (isTTY, LOG_FORMAT, format) => {
    const { isTTY: before } = process.stdout;
    onTestFinished(() => {
      process.stdout.isTTY = before;
    });
    process.stdout.isTTY = isTTY;
    expect(loadConfig({ LOG_FORMAT }).observability.logFormat).toBe(format);
  });
});

describe('media storage', () => {
  const REDIS_URL = 'redis://localhost';

  it('of several nodes may not be a local disk, unless they share it', () => {
    expect(() => loadConfig({ REDIS_URL })).toThrow(/MEDIA_SHARED=true/);
    expect(() => loadConfig({ REDIS_URL, MEDIA_STORAGE: 'disk', MEDIA_SHARED: 'false' })).toThrow(/MEDIA_SHARED=true/);
    for (const env of [{}, { REDIS_URL, MEDIA_SHARED: 'true' }, { REDIS_URL, MEDIA_STORAGE: 's3', S3_BUCKET: 'b' }]) {
      expect(() => loadConfig(env)).not.toThrow();
    }
  });
});
