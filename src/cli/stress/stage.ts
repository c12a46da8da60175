import { paginate, type Switchboard } from '@switchboard/client/rest';
import { setTimeout as sleep } from 'node:timers/promises';
import { asFirstAdmin, isRefusal, letsIn, serverAt } from '../shared/server.js';
import { type Heard } from './peers/clients.js';
import { type Said } from './peers/said.js';

/** Milliseconds. */
const REST_PATIENCE = 60_000;

/** For requests to delete. */
function unlessGone(error: unknown): void {
  if (!isRefusal(error, 404)) throw error;
}

/** Rooms and endpoints of one run, created over REST and removed at its end. */
export class Stage {
  readonly #rooms: string[] = [];

  private constructor(
    /** A client for each node. */
    private readonly nodes: readonly Switchboard[],
    private readonly run: string,
    /** Removes the application that was created for this run. */
    private readonly dissolve: (() => Promise<unknown>) | undefined,
  ) {}

  /**
   * Opens a stage with the given API key, without one where the server allows that, or as the first admin, who creates
   * an application for this run.
   * @throws CliError, SwitchboardProblem when none of these gives access
   */
  static async open(urls: readonly string[], run: string, key: string | undefined): Promise<Stage> {
    const [first = ''] = urls;
    const all = (apiKey?: string) => urls.map((url) => serverAt(url, apiKey === undefined ? {} : { apiKey }));
    const server = serverAt(first, key === undefined ? {} : { apiKey: key });
    if (key !== undefined) await server.rooms.list({ query: { limit: 1 } });
    if (key !== undefined || (await letsIn(server))) return new Stage(all(key), run, undefined);
    const admin = await asFirstAdmin(first);
    const { id, apiKey } = await admin.applications.create({ body: { name: run } });
    const token = await admin.accessToken();
    const admins = urls.map((url) => serverAt(url, token === undefined ? {} : { token }));
    return new Stage(all(apiKey), run, () =>
      anywhere(admins, ({ applications }) => applications.delete({ path: { id } }).catch(unlessGone)),
    );
  }

  async room(name: string, durable: boolean): Promise<void> {
    await this.#node.rooms.create({ body: { name: this.#called(name), durable } });
    this.#rooms.push(name);
  }

  /** @returns its code */
  async endpoint(room: string, permissions: 'read' | 'write', identity: string): Promise<string> {
    const path = { name: this.#called(room) };
    return (await this.#node.endpoints.create({ path, body: { permissions, identity } })).code;
  }

  /** Everything that a durable room keeps. */
  history(room: string, said: Said): Promise<Heard[]> {
    const where = { path: { name: this.#called(room) }, query: { limit: 200 } };
    return anywhere(this.nodes, async (node) => {
      const all: Heard[] = [];
      for await (const { offset, message } of paginate(node.roomMessages.list, where)) {
        all.push({ offset, id: said.identify(message) });
      }
      return all;
    });
  }

  /** The number of connections in a room, on all nodes. */
  async present(room: string): Promise<number> {
    const path = { name: this.#called(room) };
    return (await anywhere(this.nodes, ({ rooms }) => rooms.presence({ path }))).count;
  }

  async close(): Promise<void> {
    if (this.dissolve) await this.dissolve();
    else
      for (const room of this.#rooms)
        await anywhere(this.nodes, ({ rooms }) =>
          rooms.delete({ path: { name: this.#called(room) } }).catch(unlessGone),
        );
  }

  get #node(): Switchboard {
    const [first] = this.nodes;
    if (first === undefined) throw new Error('A stage has at least one node');
    return first;
  }

  #called(room: string): string {
    return `${this.run}-${room}`;
  }
}

/** Asks the first node that answers; nodes may be away for a while. */
async function anywhere<T>(nodes: readonly Switchboard[], act: (node: Switchboard) => Promise<T>): Promise<T> {
  const giveUp = performance.now() + REST_PATIENCE;
  for (let attempt = 0; ; attempt++) {
    const node = nodes[attempt % nodes.length];
    try {
      if (node === undefined) throw new Error('A stage has at least one node');
      return await act(node);
    } catch (error) {
      if (performance.now() > giveUp) throw error;
      await sleep(attempt < nodes.length ? 0 : 500);
    }
  }
}
