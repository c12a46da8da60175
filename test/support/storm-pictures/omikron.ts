import { randomUUID } from 'node:crypto';
import { OmikronHarness, type TestUser } from '../omikron.js';
import { type WsClient } from '../ws-client.js';
import { attempt, type Painter } from './picture.js';

interface Frame {
  readonly type: string;
  readonly data: { readonly user_id: string; readonly call_state?: string; readonly user_state?: string };
}
type States = Map<string, { state: string; streaming: boolean }>;

/** The members of a call with their states, and the states of contacts, as heard by those who stay. */
export const paintCall: Painter = async (nodes, at, going) => {
  const all: OmikronHarness[] = [];
  const harness = async (n: number): Promise<OmikronHarness> => {
    const one = await OmikronHarness.on({ url: nodes.url(n), wsUrl: nodes.wsUrl(n) });
    all.push(one);
    return one;
  };
  const home = await harness(at[0] ?? 0);
  const iota = await home.iota(8);
  await home.iotaSocket(iota);
  const users = [...iota.users];
  const user = (): TestUser => users.pop() as TestUser;
  const call = randomUUID();
  const [gone, changes, contact, asker] = [user(), user(), user(), user()];
  const { socket: goneSocket } = await (await harness(going)).caller(gone, call);
  const { socket: changing } = await home.caller(changes, call);
  const calls: States[] = [];
  const contacts: Map<string, string>[] = [];
  for (const n of at) {
    const there = await harness(n);
    const self = user();
    const { socket, answer } = await there.caller(self, call);
    const states: States = new Map(Object.entries(answer.data.user_states));
    hearCall(socket, states);
    calls.push(states);
    const client = await there.client(self);
    const watched = await there.ask(client, 'get_states', { user_ids: [contact.id] });
    const known = new Map<string, string>(Object.entries(watched.data.user_states));
    hearContacts(client, known);
    contacts.push(known);
  }
  // The others have been told of this one; nobody keeps anything about the one that asks.
  const without = (states: Iterable<readonly [string, unknown]>) =>
    Object.fromEntries([...states].filter(([id]) => id !== asker.id).sort(([a], [b]) => (a < b ? -1 : 1)));
  const say = (type: string, data: object): void => {
    changing.send({ id: randomUUID(), type, log: { message: '', log_level: 0 }, data });
  };
  return {
    of: 'omikron',
    act: (n) =>
      attempt(
        () => goneSocket.close(),
        () => {
          say('client_changed', { call_state: 'deafed', user_state: 'away' });
          say('start_stream', {});
        },
        async () => (await harness(n)).caller(user(), call),
        async () => (await harness(n)).client(contact),
      ),
    believed: () => calls.map((states, i) => [without(states), without(contacts[i] ?? [])]),
    read: async () => {
      const { socket, answer } = await home.caller(asker, call);
      const client = await home.client(asker);
      const { data } = await home.ask(client, 'get_states', { user_ids: [contact.id] });
      await Promise.all([socket.close(), client.close()]);
      return [without(Object.entries(answer.data.user_states)), without(Object.entries(data.user_states))];
    },
    close: async () => {
      await Promise.all(all.map((each) => attempt(() => each.hangUp())));
    },
  };
};

function hearCall(client: WsClient, states: States): void {
  const resume = new Map<string, string>();
  client.hear((frame) => {
    const { type, data } = frame as Frame;
    const { user_id: id, call_state: state } = data;
    const before = states.get(id);
    if (type === 'client_connected') states.set(id, { state: state ?? '', streaming: false });
    else if (type === 'client_closed') states.delete(id);
    else if (before === undefined) return;
    else if (type === 'client_changed' && state !== undefined)
      states.set(id, { state, streaming: state === 'streaming' });
    else if (type === 'start_stream') {
      resume.set(id, before.state);
      states.set(id, { state: 'streaming', streaming: true });
    } else if (type === 'end_stream') states.set(id, { state: resume.get(id) ?? before.state, streaming: false });
  });
}

function hearContacts(client: WsClient, states: Map<string, string>): void {
  client.hear((frame) => {
    const { type, data } = frame as Frame;
    if (type === 'client_changed' && data.user_state !== undefined) states.set(data.user_id, data.user_state);
  });
}
