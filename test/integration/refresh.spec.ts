import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, newUser } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { ManualTime } from '../support/manual-time.js';

describe('a used refresh token', () => {
  let server: RunningApp;
  let api: Api;
  let time: ManualTime;
  beforeAll(async () => {
    server = await startApp({ REST_RATE: '0' });
    api = apiOf(server);
    time = ManualTime.of(server);
  });
  afterAll(() => server.close());

  const refresh = async (refreshToken: string) => (await api('POST', 'auth/refresh', { body: { refreshToken } })).body;

  it('gets the same pair again within ten seconds, even if that was used meanwhile', async () => {
    const { refreshToken } = await newUser(api);
    const first = await refresh(refreshToken);
    await time.passes(1_500);
    const second = await refresh(first.refreshToken);
    expect(await refresh(refreshToken)).toEqual(first);
    expect(await refresh(first.refreshToken)).toEqual(second);
    await time.passes(8_500);
    expect(await refresh(refreshToken)).toMatchObject({ code: 'token_reused' });
    expect(await refresh(second.refreshToken)).toMatchObject({ status: 401 });
  });
});
