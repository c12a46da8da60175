import { RoomsHarness } from '../rooms.js';
import { type WsClient } from '../ws-client.js';
import { attempt, newName, type Painter } from './picture.js';

interface Frame {
  readonly event?: 'present' | 'join' | 'leave';
  readonly identity: string;
  readonly items: readonly { readonly identity: string }[];
}

/** Who is connected to a room, as heard by watchers. */
export const paintRoom: Painter = async (nodes, at, going) => {
  const room = newName('room');
  const on = (n: number): Promise<RoomsHarness> => RoomsHarness.on({ url: nodes.url(n), wsUrl: nodes.wsUrl(n) });
  const home = await on(at[0] ?? 0);
  const app = await home.application(newName('app'));
  await home.room(app, room);
  const open: WsClient[] = [];
  const enter = async (n: number): Promise<WsClient> => {
    const endpoint = await home.endpoint(app, room, 'readwrite', newName('identity'));
    const client = await (await on(n)).connect(endpoint);
    open.push(client);
    return client;
  };
  const gone = await enter(going);
  await enter(going);
  const beliefs = await Promise.all(
    at.map(async (n) => {
      const here = new Set<string>();
      const client = await (await on(n)).member(app, room, 'read', newName('watcher'), '?presence=1');
      open.push(client);
      client.hear((frame) => {
        const { event, identity, items } = frame as Frame;
        if (event === 'present') for (const item of items) here.add(item.identity);
        else if (event === 'join') here.add(identity);
        else if (event === 'leave') here.delete(identity);
      });
      return here;
    }),
  );
  return {
    of: 'rooms',
    act: (n) =>
      attempt(
        () => gone.close(),
        () => enter(n),
        async () => (await enter(n)).close(),
      ),
    believed: () => beliefs.map((here) => [...here].sort()),
    read: async () => {
      const { body } = await home.as(app, 'GET', `rooms/${room}/presence?limit=200`);
      return (body.items as { identity: string }[]).map(({ identity }) => identity).sort();
    },
    close: () => {
      for (const client of open) client.socket.terminate();
    },
  };
};
