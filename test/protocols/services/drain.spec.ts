import { once } from 'node:events';
import { expect, it } from 'vitest';
import { Lifecycle } from '../../../src/modules/health/lifecycle.js';
import { ConnectionDirectory } from '../../../src/modules/realtime/fan-out/connection-directory.js';
import { ENDED, ServicesHarness } from '../../support/services.js';
import { type WsClient } from '../../support/ws-client.js';

const closeOf = async ({ socket }: WsClient): Promise<number> => (await once(socket, 'close'))[0] as number;

it('tells every socket of draining servers to reconnect, including guests of a host that left', async () => {
  const harness = await ServicesHarness.start();
  try {
    const service = await harness.service({ allowPublicCode: true });
    const { host, code } = await harness.host(service, true);
    const others = await Promise.all([
      harness.client(service).then(({ client }) => client),
      ...Array.from({ length: 20 }, () => harness.guest(code).then(({ guest }) => guest)),
      harness.connect(),
    ]);
    const codes = [host, ...others].map(closeOf);
    await Promise.all(harness.server.nodes.map((node) => node.get(Lifecycle).drain()));
    expect(new Set(await Promise.all(codes))).toEqual(new Set([1012]));
  } finally {
    await harness.close();
  }
});

it('announces no end to guests who are closed with their host; those on other nodes hear the end', async () => {
  const harness = await ServicesHarness.start();
  try {
    const nodes = harness.server.nodes.length;
    const service = await harness.service({ allowPublicCode: true });
    const { host, code } = await harness.host(service, true);
    // More than are closed at once; each new connection is on the next node.
    const guests: WsClient[] = [];
    for (let n = 1; n <= 99; n++) guests.push((await harness.guest(code, host)).guest);
    const ends = guests.map(async (guest) => {
      const frames: unknown[] = [];
      guest.socket.on('message', (data) => frames.push(JSON.parse((data as Buffer).toString())));
      return { code: await closeOf(guest), frames };
    });
    const hostNode = harness.server.nodes.find(
      (node) => node.get(ConnectionDirectory).matching({ principal: 'host' }).length === 1,
    );
    const away = closeOf(host);
    await hostNode?.get(Lifecycle).drain();
    expect(await away).toBe(1012);
    for (const [at, end] of ends.entries()) {
      const isBeside = (at + 1) % nodes === 0;
      expect(await end).toEqual(isBeside ? { code: 1012, frames: [] } : { code: 4000, frames: [ENDED] });
    }
  } finally {
    await harness.close();
  }
});
