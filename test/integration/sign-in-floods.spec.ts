import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, newUser } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

const GUESSES = 120;
/** Mistakes allowed per address before it has to wait. */
const FREE = 20;

describe('many simultaneous sign-ins from one address', () => {
  let server: RunningApp;
  let api: Api;
  beforeAll(async () => {
    server = await startApp({ REST_RATE: '0', TRUSTED_PROXIES: '127.0.0.1' });
    api = apiOf(server);
  });
  afterAll(() => server.close());

  const signIn = async (email: string, password: string, address: string): Promise<number> => {
    const headers = { 'x-forwarded-for': address };
    return (await api('POST', 'auth/login', { body: { email, password }, headers })).status;
  };

  it('gain nothing by trying one password on many accounts', async () => {
    const begun = performance.now();
    const guess = (_: unknown, n: number) => signIn(`someone${n}@example.org`, 'wrong', '198.51.100.1');
    const all = await Promise.all(Array.from({ length: GUESSES }, guess));
    // The waits are 1, 2, 4 … seconds; on a slow machine some of them end meanwhile.
    const waitsOver = Math.ceil(Math.log2(1 + (performance.now() - begun) / 1_000));
    const looked = all.filter((status) => status === 401).length;
    // Each node checks two passwords at a time.
    expect(looked).toBeLessThanOrEqual(FREE + 2 * server.nodes.length * (1 + waitsOver));
    expect(all.filter((status) => status === 429).length).toBe(GUESSES - looked);
  });

  it('succeed if they are right', async () => {
    const people = await Promise.all(Array.from({ length: 2 * FREE }, () => newUser(api)));
    const all = people.map(({ user, password }) => signIn(user.email, password, '198.51.100.2'));
    expect(new Set(await Promise.all(all))).toEqual(new Set([200]));
  });
});
