import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';
import { parseRedisUrl } from './redis-target.js';

describe('REDIS_URL', () => {
  const plain = {
    master: '',
    database: 0,
    username: undefined,
    password: undefined,
    sentinelPassword: undefined,
    tls: false,
  };

  it('can name one server, by default on port 6379', () => {
    expect(parseRedisUrl('redis://localhost')).toEqual({
      ...plain,
      kind: 'single',
      nodes: [{ host: 'localhost', port: 6379 }],
    });
    expect(parseRedisUrl('rediss://u%40x:p%2Fw@[::1]:7000/3')).toEqual({
      ...plain,
      kind: 'single',
      nodes: [{ host: '::1', port: 7000 }],
      database: 3,
      username: 'u@x',
      password: 'p/w',
      tls: true,
    });
    expect(parseRedisUrl('redis://:p@h')).toMatchObject({ username: undefined, password: 'p' });
  });

  it('can name sentinels and their master', () => {
    expect(parseRedisUrl('redis+sentinel://:p@a:1,b/mymaster/2?sentinelPassword=s%20s')).toEqual({
      ...plain,
      kind: 'sentinel',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26_379 },
      ],
      master: 'mymaster',
      database: 2,
      password: 'p',
      sentinelPassword: 's s',
    });
  });

  it('can name some servers of a cluster', () => {
    expect(parseRedisUrl('rediss+cluster://a:1,b:2')).toEqual({
      ...plain,
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
      tls: true,
    });
  });

  it.each([
    'localhost',
    'http://h',
    'redis://',
    'redis://h:0',
    'redis://h:65536',
    'redis://a,b',
    'redis://h/x',
    'redis://h/0/1',
    'redis+sentinel://h',
    'redis+sentinel://h/m/x',
    'redis+cluster://h/1',
    'redis+cluster://h,,i',
    'redis://:%zz@h',
    'redis://h?x=1',
  ])('stops the start at «%s», without quoting it', (url) => {
    const secret = url.replace('//', '//user:hunter2@');
    expect(() => loadConfig({ REDIS_URL: url })).toThrow(/REDIS_URL (must|names|cannot|knows)/);
    expect(() => loadConfig({ REDIS_URL: secret })).not.toThrow(/hunter2/);
  });
});
