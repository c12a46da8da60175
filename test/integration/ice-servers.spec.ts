import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, newUser } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

describe('GET /api/v1/ice-servers', () => {
  let server: RunningApp;
  let api: Api;
  beforeAll(async () => {
    server = await startApp({
      TURN_URLS: 'turn:127.0.0.1:3478',
      TURN_SECRET: 'fresh,stale',
      STUN_URLS: 'stun:s.example',
    });
    api = apiOf(server);
  });
  afterAll(() => server.close());

  it('gives an account the servers with credentials of its own, uncached', async () => {
    const { accessToken, user } = await newUser(api);
    const { status, body, headers } = await api('GET', 'ice-servers', { token: accessToken });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body.expiresIn).toBe(86_400);
    const [stun, turn] = body.iceServers;
    expect(stun).toEqual({ urls: ['stun:s.example'] });
    const [expiry, id] = turn.username.split(':');
    expect(id).toBe(String(user.id));
    expect(Math.abs(Number(expiry) - Date.now() / 1_000 - 86_400)).toBeLessThan(60);
    expect(turn.credential).toBe(createHmac('sha1', 'fresh').update(turn.username).digest('base64'));
  });

  it.each([undefined, 'nonsense', 'lobby_nonsense'])('refuses the bearer %s', async (token) => {
    const { status, body } = await api('GET', 'ice-servers', token === undefined ? {} : { token });
    expect([status, body.code]).toEqual([401, 'unauthenticated']);
  });
});
