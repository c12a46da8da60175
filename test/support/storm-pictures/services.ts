import { ServicesHarness } from '../services.js';
import { attempt, type Painter } from './picture.js';

interface Frame {
  readonly type: string;
  readonly role: 'client' | 'guest' | 'host';
}

/** The number of clients and guests of a session, as heard by its host. */
export const paintSession: Painter = async (nodes, at, going) => {
  const on = (n: number) => ServicesHarness.on({ url: nodes.url(n), wsUrl: nodes.wsUrl(n) });
  const all: ServicesHarness<{ url: string; wsUrl: string }>[] = [];
  const harness = async (n: number) => {
    const one = await on(n);
    all.push(one);
    return one;
  };
  const home = await harness(at[0] ?? 0);
  const service = await home.service({ allowPublicCode: true, hostGraceSeconds: 60 });
  const { host, code } = await home.host(service, true);
  const count = { clients: 0, guests: 0 };
  host.hear((frame) => {
    const { type, role } = frame as Frame;
    const step = type === 'server_join' ? 1 : type === 'server_leave' ? -1 : 0;
    if (role === 'client') count.clients += step;
    else if (role === 'guest') count.guests += step;
  });
  const there = await harness(going);
  const { client } = await there.client(service);
  const { guest } = await there.guest(code);
  for (const n of at.slice(1)) await (await harness(n)).guest(code);
  return {
    of: 'services',
    act: (n) =>
      attempt(
        () => client.close(),
        () => guest.close(),
        async () => (await harness(n)).client(service),
        async () => (await harness(n)).guest(code),
        async () => (await (await harness(n)).guest(code)).guest.close(),
      ),
    believed: () => [{ ...count }],
    read: async () => {
      const { body } = await home.api('GET', `services/${service.id}/sessions`);
      const [{ clients, guests }] = body.items as [{ clients: number; guests: number }];
      return { clients, guests };
    },
    close: async () => {
      await Promise.all(all.map((each) => attempt(() => each.hangUp())));
    },
  };
};
