import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_ENV } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { cleanUpProcesses, startProcess } from '../support/process.js';
import { ServicesHarness } from '../support/services.js';
import { TcpProxy } from '../support/tcp-proxy.js';

describe('a commit that the database could not confirm', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let harness: ServicesHarness<{ url: string; wsUrl: string }>;

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await new TcpProxy(new URL(database.url)).open();
    const { url } = await startProcess({ DATABASE_URL: proxy.url, ...ADMIN_ENV });
    harness = await ServicesHarness.on({ url: await url, wsUrl: (await url).replace('http', 'ws') });
  }, 300_000);
  afterAll(async () => {
    await cleanUpProcesses();
    await proxy.cut();
    await database.drop();
  });

  it('ends connections as if it had been confirmed', async () => {
    const service = await harness.service();
    const { client } = await harness.client(service);
    // What the entry in the audit log says, which goes with the commit.
    proxy.loseAnswerTo('services.delete');
    const { status, body } = await harness.api('DELETE', `services/${service.id}`);
    expect([status, body]).toEqual([503, expect.objectContaining({ code: 'database_unavailable' })]);
    await client.expectNext({ type: 'server_disconnect', message: 'Service deleted' });
    expect(await client.closeCode()).toBe(4000);
    expect((await harness.api('GET', `services/${service.id}`)).status).toBe(404);
  });
});
