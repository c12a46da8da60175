import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CirclesClient, CirclesHarness, type World } from '../support/circles.js';
import { cleanUpProcesses, ensureBuilt, type ServerProcess, startProcess } from '../support/process.js';

const SENDERS = 20;
const ENV = { REST_RATE: '0', WRITING_REPEAT_MS: '0' };

interface Stored {
  readonly id: number;
  readonly text: string;
  readonly clientMessageId: string;
}

describe('a server that is killed while people write', { timeout: 180_000 }, () => {
  beforeAll(ensureBuilt, 300_000);
  afterEach(cleanUpProcesses);

  /** All messages of the conversation in the database. */
  async function stored(circles: CirclesHarness, world: World): Promise<Stored[]> {
    const all: Stored[] = [];
    let query = 'after=0&limit=200';
    for (;;) {
      const page = await circles.api(world.u1, 'GET', `conversations/${world.conversation}/messages?${query}`);
      all.push(...page.items);
      if (page.nextCursor === null) return all;
      query = `limit=200&cursor=${page.nextCursor}`;
    }
  }

  /** Writes messages one by one until the socket ends. */
  async function write(client: CirclesClient, world: World, name: string, acked: Map<string, number>): Promise<void> {
    for (let n = 0; client.disconnected === undefined; n++) {
      const id = `${name}-${n}`;
      const message = { conversation_id: world.conversation, text_message: id, client_message_id: id };
      const answer = await Promise.race([client.ask('message', message), sleep(2_000)]);
      if (answer?.ok) acked.set(id, answer.message_id as number);
    }
  }

  async function kill(server: ServerProcess): Promise<CirclesHarness> {
    server.kill('SIGKILL');
    await server.exited;
    const next = await startProcess(ENV, { dataDir: server.dataDir });
    return CirclesHarness.at(await next.url);
  }

  it('has a row for every success, and sends reconnecting clients what the database has', async () => {
    const server = await startProcess(ENV);
    const before = CirclesHarness.at(await server.url);
    const world = await before.world();
    const reader = await (await before.socket(world.u2)).joinConversation(world.conversation);
    const seen: number[] = [];
    reader.socket.on('message', (payload) => seen.push((payload as { message: { id: number } }).message.id));
    const acked = new Map<string, number>();
    const writers = [];
    for (let n = 0; n < SENDERS; n++) {
      const socket = await before.socket(n % 3 === 0 ? world.d : world.u1);
      writers.push(write(socket, world, `w${n}`, acked));
    }
    await sleep(2_000);
    const after = await kill(server);
    await Promise.all(writers);
    before.hangUp();
    expect(acked.size).toBeGreaterThan(SENDERS);

    const rows = await stored(after, world);
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const [client, id] of acked) expect(byId.get(id)).toMatchObject({ text: client, clientMessageId: client });
    expect(rows.map(({ id }) => id)).toEqual([...byId.keys()].sort((a, b) => a - b));

    const back = await after.socket(world.u2);
    back.socket.on('message', (payload) => seen.push((payload as { message: { id: number } }).message.id));
    back.emit('join_conversation', { conversation_id: world.conversation, after: seen.at(-1) ?? 0 });
    await back.expect('success');
    const { recovered, count } = await back.expect('conversation');
    expect(recovered).toBe(true);
    for (let n = 0; n < count; n++) await back.expect('message');
    expect(seen).toEqual(rows.map(({ id }) => id));

    // Clients without an answer send again; what was stored is not stored twice.
    const last = rows.at(-1)!;
    const again = await after.socket(
      last.text.startsWith('w') && Number(last.text.split('-')[0]!.slice(1)) % 3 === 0 ? world.d : world.u1,
    );
    const message = { conversation_id: world.conversation, text_message: last.text, client_message_id: last.text };
    expect(await again.ask('message', message)).toMatchObject({ ok: true, message_id: last.id });
    expect((await stored(after, world)).length).toBe(rows.length);
    after.hangUp();
  });
});
