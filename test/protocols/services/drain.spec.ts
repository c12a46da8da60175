import { once } from 'node:events';
import { expect, it } from 'vitest';
import { Lifecycle } from '../../../src/modules/health/lifecycle.js';
import { ServicesHarness } from '../../support/services.js';

it('tells every socket of a draining server to come back, guests of a host that went included', async () => {
  const harness = await ServicesHarness.start();
  try {
    const service = await harness.service({ allowPublicCode: true });
    const { host, code } = await harness.host(service, true);
    const others = await Promise.all([
      harness.client(service).then(({ client }) => client),
      ...Array.from({ length: 20 }, () => harness.guest(code).then(({ guest }) => guest)),
      harness.connect(),
    ]);
    const codes = [host, ...others].map(async ({ socket }) => (await once(socket, 'close'))[0] as number);
    await harness.server.app.get(Lifecycle).drain();
    expect(new Set(await Promise.all(codes))).toEqual(new Set([1012]));
  } finally {
    await harness.close();
  }
});
