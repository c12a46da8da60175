import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, startApp } from '../support/app.js';
import { raw } from '../support/raw-http.js';

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

describe('the host of a request', () => {
  describe('without a list of hosts', () => {
    let server: RunningApp;
    beforeAll(async () => {
      server = await startApp();
    });
    afterAll(() => server.close());

    it('may be any', async () => {
      expect(await raw(server, 'GET /api/v1/auth/me HTTP/1.1\r\nHost: whatever.example')).toContain('401 Unauthorized');
    });

    it.each([
      ['/api/v1/auth/me', []],
      ['/docs-json', []],
      ['/socket.io/?EIO=4&transport=polling', []],
      ['/socket.io/?EIO=4&transport=websocket', UPGRADE],
      ['/ws/', UPGRADE],
    ])('must be a single one, since a proxy may have read the other (%s)', async (path, upgrade) => {
      const head = [`GET ${path} HTTP/1.1`, 'Host: a.example', 'hOST: b.example', ...upgrade].join('\r\n');
      expect((await raw(server, head)).split(' ')[1]).toBe('400');
    });
  });

  it('must be in the configured list, like the origin', async () => {
    const server = await startApp({ ALLOWED_HOSTS: 'good.example', ALLOWED_ORIGINS: 'https://app.example' });
    try {
      const ask = (host: string, more = '') => raw(server, `GET /api/v1/auth/me HTTP/1.1\r\nHost: ${host}${more}`);
      expect(await ask('good.example')).toContain('401 Unauthorized');
      expect(await ask('GOOD.example:3000')).toContain('401 Unauthorized');
      const bad = await ask('evil.example');
      expect(bad).toContain('400 Bad Request');
      expect(bad).toContain('"code":"host_not_allowed"');
      const allowed = await ask('good.example', '\r\nOrigin: https://app.example');
      expect(allowed.toLowerCase()).toContain('access-control-allow-origin: https://app.example');
      const other = await ask('good.example', '\r\nOrigin: https://evil.example');
      expect(other.toLowerCase()).not.toContain('access-control-allow-origin');
    } finally {
      await server.close();
    }
  });

  it('may be an address for health checks, and the name that clients are sent to', async () => {
    const env = { NODE_ENV: 'production', SECRET_KEY: 'k'.repeat(32), NODE_URL: 'https://node-2.example:8443' };
    for (const more of [{ PUBLIC_URL: 'https://a.example' }, { ALLOWED_HOSTS: 'a.example' }]) {
      const server = await startApp({ ...env, ...more });
      try {
        const status = async (line: string): Promise<string | undefined> => (await raw(server, line)).split(' ')[1];
        for (const path of ['/health/live', '/health/ready?x']) {
          expect(await status(`GET ${path} HTTP/1.1\r\nHost: 10.244.1.17:3000`)).toBe('200');
          expect(await status(`GET ${path} HTTP/1.0`)).toBe('200');
        }
        expect(await status('GET /healthy HTTP/1.1\r\nHost: 10.244.1.17:3000')).toBe('400');
        expect(await status('GET /docs-json HTTP/1.1\r\nHost: 10.244.1.17:3000')).toBe('400');
        for (const host of ['node-2.example:8443', 'Node-2.example.', 'A.example:443']) {
          expect(await status(`GET /docs-json HTTP/1.1\r\nHost: ${host}`)).toBe('200');
        }
      } finally {
        await server.close();
      }
    }
  });

  it('and scheme are taken from a trusted proxy', async () => {
    const env = { ALLOWED_HOSTS: 'good.example', NODE_ENV: 'production', SECRET_KEY: 'k'.repeat(32) };
    const head = (host: string, origin: string): string =>
      `GET /health/live HTTP/1.1\r\nHost: upstream:3000\r\nX-Forwarded-Host: ${host}\r\nX-Forwarded-Proto: https, http\r\nOrigin: ${origin}`;
    const behind = await startApp({ ...env, TRUSTED_PROXIES: '127.0.0.1' });
    const alone = await startApp(env);
    try {
      const own = /access-control-allow-origin: https:\/\/good\.example/i;
      expect(await raw(behind, head('good.example, upstream', 'https://good.example'))).toMatch(own);
      expect(await raw(behind, head('good.example', 'http://good.example'))).not.toMatch(/access-control-allow/i);
      expect(await raw(alone, head('good.example', 'https://good.example'))).not.toMatch(own);
      const api = (host: string) => head(host, 'https://good.example').replace('/health/live', '/api/v1/auth/me');
      expect(await raw(behind, api('good.example'))).toContain('401 Unauthorized');
      expect(await raw(behind, api('evil.example'))).toContain('host_not_allowed');
      expect(await raw(alone, api('good.example'))).toContain('host_not_allowed');
    } finally {
      await Promise.all([behind.close(), alone.close()]);
    }
  });
});
