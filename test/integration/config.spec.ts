import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

interface Setting {
  readonly name: string;
  readonly value: string | null;
  readonly secret: boolean;
}

describe('the effective settings', () => {
  const secrets = { METRICS_TOKEN: 'a token of the scraper', TURN_SECRET: 'one hidden,two hidden' };
  let server: RunningApp;
  let api: Api;

  beforeAll(async () => {
    const env = { TURN_URLS: 'turn:turn.example.org', S3_ENDPOINT: 'http://user:hidden@s3.example.org' };
    server = await startApp({ ...ADMIN_ENV, ...secrets, ...env, DRAIN_SECONDS: '3', INBOUND_RATE: '' });
    api = apiOf(server);
  });
  afterAll(() => server.close());

  it('are shown by group, with the source of each, and without secrets', async () => {
    const { accessToken } = await signIn(api, ADMIN.email, ADMIN.password);
    const { status, body } = await api('GET', 'config', { token: accessToken });
    expect(status).toBe(200);
    expect(body.versions).toEqual({ switchboard: expect.any(String), node: process.versions.node });
    const groups = body.groups as { name: string; settings: Setting[] }[];
    expect(groups.map(({ name }) => name).slice(0, 3)).toEqual(['Process', 'Storage', 'Accounts']);
    const all = new Map(groups.flatMap(({ settings }) => settings).map((setting) => [setting.name, setting]));
    expect(all.get('DRAIN_SECONDS')).toEqual({
      name: 'DRAIN_SECONDS',
      description: expect.any(String),
      value: '3',
      default: '10 s',
      source: 'environment',
      secret: false,
    });
    expect(all.get('INBOUND_RATE')).toMatchObject({ value: '2000', source: 'default' });
    expect(all.get('PUBLIC_URL')).toMatchObject({ value: null, source: 'default' });
    expect(all.get('SECRET_KEY')).toMatchObject({ value: '********', source: 'file', secret: true });
    expect(all.get('METRICS_TOKEN')).toMatchObject({ value: '********', source: 'environment', secret: true });
    expect(all.get('S3_SECRET_ACCESS_KEY')).toMatchObject({ value: null, source: 'default', secret: true });
    for (const { value, secret } of all.values()) if (secret) expect([null, '********']).toContain(value);
    const text = JSON.stringify(body);
    for (const hidden of [...Object.values(secrets), ADMIN.password, 'hidden']) {
      expect(text).not.toContain(hidden);
    }
  });

  it('are for admins', async () => {
    const { accessToken } = await newUser(api);
    expect((await api('GET', 'config', { token: accessToken })).status).toBe(403);
    expect((await api('GET', 'config')).status).toBe(401);
  });
});
