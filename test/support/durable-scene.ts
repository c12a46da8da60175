import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { FaithfulReader, StubbornWriter, type WriterHabits } from './room-clients.js';
import { type RoomsHarness, type TestApplication, type TestEndpoint } from './rooms.js';

const ROOM = 'r';

export interface SceneOptions extends WriterHabits {
  readonly writers: number;
  readonly readers: number;
}

export interface KeptMessage {
  readonly offset: number;
  readonly message: string;
}

/** A durable room with writers and readers that keep working whatever happens to the servers. */
export class DurableScene {
  private constructor(
    /** Returns a harness on a running server; called anew each time. */
    private readonly rooms: () => Promise<RoomsHarness>,
    readonly app: TestApplication,
    readonly writers: readonly StubbornWriter[],
    readonly readers: readonly FaithfulReader[],
  ) {}

  /**
   * @param address returns the `ws://…` of a server; called for each connection of each client
   * @param writersAddress the same for writers, if they connect elsewhere
   */
  static async begin(
    rooms: () => Promise<RoomsHarness>,
    address: () => string,
    { writers, readers, ...habits }: SceneOptions,
    writersAddress = address,
  ): Promise<DurableScene> {
    const harness = await rooms();
    const app = await harness.application(`Scene ${Date.now()}`);
    await harness.room(app, ROOM, { durable: true });
    const at =
      (of: () => string, { code }: TestEndpoint) =>
      () =>
        `${of()}/ws/endpoint/${code}/`;
    const endpoints: TestEndpoint[] = [];
    for (let i = 0; i < writers; i++) endpoints.push(await harness.endpoint(app, ROOM, 'write', `w${i}`));
    const reader = await harness.endpoint(app, ROOM, 'read', 'r');
    return new DurableScene(
      rooms,
      app,
      endpoints.map((endpoint, i) => new StubbornWriter(at(writersAddress, endpoint), `w${i}`, habits)),
      Array.from({ length: readers }, () => new FaithfulReader(at(address, reader))),
    );
  }

  get acked(): number {
    return this.writers.reduce((sum, { acked }) => sum + acked.size, 0);
  }

  /** Error codes received instead of acknowledgements. */
  get errors(): string[] {
    return this.writers.flatMap(({ errors }) => errors);
  }

  /** Whether every message has been acknowledged. */
  get done(): boolean {
    return this.writers.every(({ done }) => done);
  }

  /** Stops writers from starting anything new. */
  finish(): void {
    for (const writer of this.writers) writer.finish();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.writers, ...this.readers].map((client) => client.stop()));
  }

  /** Everything stored in the room, over REST. */
  async history(): Promise<KeptMessage[]> {
    const rooms = await this.rooms();
    const all: KeptMessage[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await rooms.as(this.app, 'GET', `rooms/${ROOM}/messages?limit=200${query}`);
      all.push(...body.items);
      cursor = body.nextCursor as string | null;
    }
    return all;
  }

  /**
   * Asserts that everything acknowledged is stored once, without gaps, and that every reader got exactly what is
   * stored.
   */
  async expectTruth(): Promise<KeptMessage[]> {
    const kept = await this.history();
    expect(kept.map(({ offset }) => offset)).toEqual(kept.map((_each, i) => i + 1));
    const places = new Map(kept.map(({ message, offset }) => [message, offset]));
    expect(places.size).toBe(kept.length);
    for (const { acked } of this.writers)
      for (const [id, offset] of acked) expect([id, places.get(id)]).toEqual([id, offset]);
    const said = kept.map(({ offset, message }) => ({ offset, message }));
    for (const reader of this.readers) {
      await until(() => reader.heard.length >= kept.length, 'a complete reader', 20_000);
      expect(reader.heard).toEqual(said);
      expect(reader.complaints).toEqual([]);
    }
    return kept;
  }
}

/** Waits for `condition`. @param explain its text is added to the error if the condition does not come true */
export async function until(
  condition: () => boolean,
  what: string,
  ms = 60_000,
  explain: () => string = () => '',
): Promise<void> {
  const giveUp = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > giveUp) throw new Error(`${what} did not come about\n${explain()}`);
    await sleep(20);
  }
}
