import { ADMIN, apiOf, signIn } from '../api.js';
import { SignalingClient } from '../signaling.js';
import { attempt, newName, type Painter } from './picture.js';

/** Who is in the lobby under which name, as heard by peers. */
export const paintLobby: Painter = async (nodes, at, going) => {
  const open: SignalingClient[] = [];
  const enter = async (n: number): Promise<SignalingClient> => {
    const client = await SignalingClient.open(nodes.url(n));
    open.push(client);
    client.emit('name', newName('peer'));
    return client;
  };
  const gone = await enter(going);
  const renamed = await enter(at[0] ?? 0);
  await enter(going);
  const beliefs = await Promise.all(
    at.map(async (n) => {
      const here = new Map<string, string>();
      const client = await enter(n);
      here.set(client.sid, 'watcher');
      client.emit('name', 'watcher');
      client.socket.on('connections', (text) => {
        for (const { sid, name } of JSON.parse(text as string) as { sid: string; name: string }[]) here.set(sid, name);
      });
      client.socket.on('add-connection', (text) => {
        const { sid, name } = JSON.parse(text as string) as { sid: string; name: string };
        here.set(sid, name);
      });
      client.socket.on('remove-connection', (sid) => here.delete(sid as string));
      client.emit('connections');
      return here;
    }),
  );
  const api = apiOf({ url: nodes.url(at[0] ?? 0) });
  const { accessToken: token } = await signIn(api, ADMIN.email, ADMIN.password);
  const listed = (all: Iterable<readonly [string, string]>): string[] => [...all].map((each) => each.join(' ')).sort();
  return {
    of: 'lobby',
    act: (n) =>
      attempt(
        () => {
          gone.close();
          renamed.emit('name', newName('renamed'));
        },
        () => enter(n),
        async () => {
          (await enter(n)).close();
        },
      ),
    believed: () => beliefs.map(listed),
    read: async () => {
      const { body } = await api('GET', 'lobby?limit=200', { token });
      return listed((body.items as { sid: string; name: string }[]).map(({ sid, name }) => [sid, name] as const));
    },
    close: () => {
      for (const client of open) client.close();
    },
  };
};
