import { paginate, SwitchboardProblem } from '@switchboard/client/rest';
import { sdk } from '../client.js';
import { type Hit, matches } from './hit.js';

/** Hits of each kind; for others, type more. */
const limit = 5;
/** Items read of lists that the server cannot search. */
const FAR = 1000;

export interface Source {
  readonly name: string;
  readonly find: (text: string, signal: AbortSignal) => Promise<readonly Hit[]>;
}

const idOf = (text: string): number | undefined => (/^\d{1,10}$/.test(text) ? Number(text) : undefined);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CONNECTION = /^[0-9a-z]{8,}-[0-9a-z]+$/;

/** The item, if it exists and may be seen. */
async function perhaps<T>(found: Promise<T> | undefined): Promise<T[]> {
  try {
    return found === undefined ? [] : [await found];
  } catch (error) {
    if (error instanceof SwitchboardProblem && [403, 404, 422].includes(error.status)) return [];
    throw error;
  }
}

/** The item with this id, then the search results. */
async function both<T extends { id: number }>(
  byId: Promise<T> | undefined,
  bySearch: Promise<{ items: readonly T[] }>,
): Promise<readonly T[]> {
  const [first, { items }] = await Promise.all([perhaps(byId), bySearch]);
  return [...first, ...items.filter(({ id }) => id !== first[0]?.id)].slice(0, limit);
}

/** The first matches in a list that the server cannot search. */
async function sift<T>(all: AsyncIterable<T>, isMatch: (item: T) => boolean): Promise<T[]> {
  const found: T[] = [];
  let seen = 0;
  for await (const item of all) {
    if (isMatch(item)) found.push(item);
    if (found.length === limit || ++seen === FAR) break;
  }
  return found;
}

const accounts: Source = {
  name: 'Accounts',
  find: async (text, signal) => {
    const id = idOf(text);
    const found = await both(
      id === undefined ? undefined : sdk.accounts.get({ path: { id }, signal }),
      sdk.accounts.list({ query: { q: text, limit }, signal }),
    );
    return found.map((account) => ({
      key: String(account.id),
      text: account.email,
      hint: `${account.firstName} ${account.lastName}`,
      run: (go) => go({ to: '/accounts/$id', params: { id: String(account.id) } }),
    }));
  },
};

const services: Source = {
  name: 'Services',
  find: async (text, signal) => {
    const id = idOf(text);
    const found = await both(
      id === undefined ? undefined : sdk.services.get({ path: { id }, signal }),
      sdk.services.list({ query: { q: text, limit }, signal }),
    );
    return found.map((service) => ({
      key: String(service.id),
      text: service.title,
      hint: `service ${service.id}`,
      run: (go) => go({ to: '/services/$id', params: { id: String(service.id) } }),
    }));
  },
};

const sessions: Source = {
  name: 'Sessions',
  find: async (text, signal) => {
    const { items } = await sdk.connections.list({ query: { session: text, protocol: 'services', limit: 1 }, signal });
    return items.flatMap(({ service, session }) =>
      service === null || session === null
        ? []
        : [
            {
              key: session,
              text: `Session ${text.toUpperCase()}`,
              hint: `service ${service}`,
              run: (go) => go({ to: '/services/$id/sessions/$session', params: { id: service, session } }),
            } satisfies Hit,
          ],
    );
  },
};

const applications: Source = {
  name: 'Applications',
  find: async (text, signal) => {
    const id = idOf(text);
    const found = await both(
      id === undefined ? undefined : sdk.applications.get({ path: { id }, signal }),
      sdk.applications.list({ query: { q: text, limit }, signal }),
    );
    return found.map((application) => ({
      key: String(application.id),
      text: application.name,
      hint: `application ${application.id}`,
      run: (go) => go({ to: '/rooms/$application', params: { application: String(application.id) } }),
    }));
  },
};

/** Rooms belong to applications: `chat/lobby` searches those named like `chat`, `lobby` the first few. */
const rooms: Source = {
  name: 'Rooms',
  find: async (text, signal) => {
    const slash = text.indexOf('/');
    const q = text.slice(slash + 1).trim();
    const owner = slash === -1 ? '' : text.slice(0, slash).trim();
    const { items } = await sdk.applications.list({ query: { limit, ...(owner !== '' && { q: owner }) }, signal });
    const found = await Promise.all(
      items.map(async ({ id, name }) => {
        const page = await sdk.applicationRooms.list({
          path: { id },
          query: { limit, ...(q !== '' && { q }) },
          signal,
        });
        return page.items.map((room): Hit => ({
          key: `${id}/${room.name}`,
          text: room.name,
          hint: name,
          run: (go) => go({ to: '/rooms/$application/$room', params: { application: String(id), room: room.name } }),
        }));
      }),
    );
    return found.flat().slice(0, limit);
  },
};

const circles: Source = {
  name: 'Circles',
  find: async (text, signal) => {
    const all = paginate(sdk.circles.list, { query: { limit: 200 }, signal });
    const found = await sift(all, ({ id, name }) => idOf(text) === id || matches(text, name));
    return found.map(({ id, name }) => ({
      key: String(id),
      text: name,
      hint: `circle ${id}`,
      run: (go) => go({ to: '/circles/$id', params: { id: String(id) } }),
    }));
  },
};

const connections: Source = {
  name: 'Connections',
  find: async (text, signal) => {
    const [ofId, { items }] = await Promise.all([
      perhaps(CONNECTION.test(text) ? sdk.connections.get({ path: { id: text }, signal }) : undefined),
      sdk.connections.list({ query: { q: text, limit }, signal }),
    ]);
    return [...ofId, ...items].map(({ id, principal, protocol, address }) => ({
      key: id,
      text: principal?.label ?? id,
      hint: `${protocol} · ${address}`,
      run: (go) => go({ to: '/connections/$id', params: { id } }),
    }));
  },
};

const calls: Source = {
  name: 'Calls',
  find: async (text, signal) => {
    const id = idOf(text);
    const found = await both(
      id === undefined ? undefined : sdk.calls.get({ path: { id }, signal }),
      sdk.calls.list({ query: { participant: text, limit }, signal }),
    );
    return found.map((call) => ({
      key: String(call.id),
      text: call.participants.map(({ name }) => name || 'without a name').join(', ') || `Call ${call.id}`,
      hint: `${call.state} · call ${call.id}`,
      run: (go) => go({ to: '/calls/$id', params: { id: String(call.id) } }),
    }));
  },
};

const homeServers: Source = {
  name: 'Home servers',
  find: async (text, signal) => {
    const found = UUID.test(text)
      ? await perhaps(sdk.iotas.get({ path: { iotaId: text }, signal }))
      : await sift(paginate(sdk.iotas.list, { query: { limit: 200 }, signal }), ({ iotaId, name }) =>
          matches(text, name, iotaId),
        );
    return found.map(({ iotaId, name, online }) => ({
      key: iotaId,
      text: name,
      hint: online ? 'online' : 'offline',
      run: (go) => go({ to: '/home-servers/$id', params: { id: iotaId } }),
    }));
  },
};

export const SOURCES: readonly Source[] = [
  accounts,
  services,
  sessions,
  applications,
  rooms,
  circles,
  connections,
  calls,
  homeServers,
];
