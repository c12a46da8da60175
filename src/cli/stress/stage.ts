import { setTimeout as sleep } from 'node:timers/promises';
import { asFirstAdmin, type CliError, RestApi } from '../shared/rest-api.js';
import { type Heard } from './peers/clients.js';
import { type Said } from './peers/said.js';

interface Endpoint {
  readonly code: string;
}

interface HistoryPage {
  readonly items: readonly { readonly offset: number; readonly message: unknown }[];
  readonly nextCursor: string | null;
}

/** Milliseconds. */
const REST_PATIENCE = 60_000;

/** Rooms and endpoints of one run, made over REST and removed at its end. */
export class Stage {
  readonly #rooms: string[] = [];

  private constructor(
    private readonly api: RestApi,
    private readonly urls: readonly string[],
    private readonly run: string,
    /** Removes an application that was made for this run. */
    private readonly dissolve: ((on: string) => Promise<void>) | undefined,
  ) {}

  /**
   * With the API key given, without any where the server allows that, or as the first admin, who makes an application for
   * this run. @throws CliError when none of them is let in
   */
  static async open(urls: readonly string[], run: string, key: string | undefined): Promise<Stage> {
    const server = new RestApi(urls[0] ?? '');
    if (key !== undefined) {
      const api = server.as({ 'API-KEY': key });
      await api.expect([200], 'GET', 'rooms');
      return new Stage(api, urls, run, undefined);
    }
    if ((await server.call('GET', 'rooms')).status === 200) return new Stage(server, urls, run, undefined);
    const admin = await asFirstAdmin(server);
    const made = await admin.expect<{ id: number; apiKey: string }>([201], 'POST', 'applications', { name: run });
    return new Stage(server.as({ 'API-KEY': made.apiKey }), urls, run, async (url) => {
      await admin.on(url).expect([204, 404], 'DELETE', `applications/${made.id}`);
    });
  }

  async room(name: string, durable: boolean): Promise<void> {
    await this.api.expect([201], 'POST', 'rooms', { name: this.#called(name), durable });
    this.#rooms.push(name);
  }

  /** @returns its code */
  async endpoint(room: string, permissions: 'read' | 'write', identity: string): Promise<string> {
    const path = `rooms/${this.#called(room)}/endpoints`;
    return (await this.api.expect<Endpoint>([201], 'POST', path, { permissions, identity })).code;
  }

  /** Everything that a durable room keeps. */
  async history(room: string, said: Said): Promise<Heard[]> {
    const all: Heard[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: HistoryPage = await this.#read(`rooms/${this.#called(room)}/messages?limit=200${query}`);
      all.push(...page.items.map(({ offset, message }) => ({ offset, id: said.identify(message) })));
      cursor = page.nextCursor;
    }
    return all;
  }

  /** How many connections a room has, on all nodes. */
  async present(room: string): Promise<number> {
    return (await this.#read<{ count: number }>(`rooms/${this.#called(room)}/presence`)).count;
  }

  async close(): Promise<void> {
    await this.#anywhere(async (url) => {
      if (this.dissolve) await this.dissolve(url);
      else
        for (const room of this.#rooms)
          await this.api.on(url).expect([204, 404], 'DELETE', `rooms/${this.#called(room)}`);
    });
  }

  #called(room: string): string {
    return `${this.run}-${room}`;
  }

  #read<T>(path: string): Promise<T> {
    return this.#anywhere((url) => this.api.on(url).expect<T>([200], 'GET', path));
  }

  /** On the first address that answers; nodes may be away for a while. */
  async #anywhere<T>(act: (url: string) => Promise<T>): Promise<T> {
    const giveUp = performance.now() + REST_PATIENCE;
    for (let attempt = 0; ; attempt++) {
      try {
        return await act(this.urls[attempt % this.urls.length] ?? '');
      } catch (error) {
        if (performance.now() > giveUp) throw error as CliError;
        await sleep(attempt < this.urls.length ? 0 : 500);
      }
    }
  }
}
