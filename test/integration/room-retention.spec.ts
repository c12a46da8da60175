import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Retention } from '../../src/modules/rooms/log/retention.service.js';
import { RoomsHarness, type TestApplication } from '../support/rooms.js';

/** The first message of a stream. */
const FIRST = /^id: \w+:(\d+)\ndata: \{"message"/m;

describe('retention', () => {
  let harness: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let app: TestApplication;
  let retention: Retention;

  beforeAll(async () => {
    harness = await RoomsHarness.start();
    app = await harness.application();
    retention = harness.app.app.get(Retention, { strict: false });
  });
  afterAll(() => harness.close());

  const sql = <T>(text: string, parameters: unknown[] = []): Promise<T[]> =>
    harness.app.dataSource.query(text, parameters);

  /** Fills a room with `count` messages, the first ones of the given age in days. */
  async function fill(room: string, count: number, days = 0): Promise<number> {
    const [{ id }] = (await sql<{ id: number }>(`SELECT id FROM rooms WHERE name = $1`, [room])) as [{ id: number }];
    await sql(
      `INSERT INTO room_messages (room_id, "offset", sent_at, identity, message)
       SELECT $1, n, now() - make_interval(secs => $3::float * 86400 * ($2 - n) / $2), 'i', n::text
       FROM generate_series(1, $2) n`,
      [id, count, days],
    );
    await sql(`UPDATE room_heads SET last_offset = $2 WHERE room_id = $1`, [id, count]);
    return id;
  }

  const kept = async (id: number) =>
    (
      await sql<{ first: string; n: number }>(
        `SELECT min("offset") AS first, count(*)::int AS n FROM room_messages WHERE room_id = $1`,
        [id],
      )
    )[0];
  const oldest = async (room: string) =>
    (await harness.as(app, 'GET', `rooms/${room}/messages?limit=1`)).body.items[0].offset;

  it('keeps as many messages as the room may have', async () => {
    await harness.room(app, 'counted', { durable: true, historyLimit: 100 });
    const id = await fill('counted', 7_000);
    await retention.sweep();
    expect(await kept(id)).toEqual({ first: '6901', n: 100 });
    expect(await oldest('counted')).toBe(6_901);
    const { body } = await harness.as(app, 'POST', 'rooms/counted/messages', { message: 'next' });
    expect(body.offset).toBe(7_001);
    const back = await harness.member(app, 'counted', 'read', 'r', `?after=6000&epoch=${body.epoch}`);
    expect(await back.next()).toMatchObject({ recovered: false });
    const inTime = await harness.member(app, 'counted', 'read', 'r', `?after=6901&epoch=${body.epoch}`);
    expect(await inTime.next()).toMatchObject({ recovered: true });
    expect(await inTime.next()).toMatchObject({ offset: 6_902 });
    const fromOldest = await harness.member(app, 'counted', 'read', 'r', '?after=0');
    expect(await fromOldest.next()).toMatchObject({ recovered: true });
    expect(await fromOldest.next()).toMatchObject({ offset: 6_902 });
  });

  /** The position after which a client, on either kind of connection, gets everything. */
  async function firstTold(room: string): Promise<unknown[]> {
    const endpoint = await harness.endpoint(app, room, 'read');
    const socket = await harness.connect(endpoint, '?after=0');
    expect(await socket.next()).toMatchObject({ recovered: true });
    const stop = new AbortController();
    const stream = await fetch(`${harness.server.url}/sse/endpoint/${endpoint.code}/?after=0`, { signal: stop.signal });
    let text = '';
    for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (FIRST.test(text)) break;
    }
    stop.abort();
    const [, streamed] = FIRST.exec(text) ?? [];
    return [await oldest(room), (await socket.next()).offset, Number(streamed)];
  }

  it('shows no more than the newest messages before anything is swept', async () => {
    await harness.room(app, 'unswept', { durable: true });
    await fill('unswept', 500);
    expect(await oldest('unswept')).toBe(1);
    await harness.as(app, 'PATCH', 'rooms/unswept', { historyLimit: 10 });
    expect(await firstTold('unswept')).toEqual([491, 491, 491]);
    await harness.as(app, 'POST', 'rooms/unswept/messages', { message: 'next' });
    const { body } = await harness.as(app, 'GET', 'rooms/unswept/messages?after=0&limit=200');
    expect(body.items.map(({ offset }: { offset: number }) => offset)).toEqual(
      Array.from({ length: 10 }, (_, i) => 492 + i),
    );
    const late = await harness.member(app, 'unswept', 'read', 'r', `?after=490&epoch=${body.epoch}`);
    expect(await late.next()).toMatchObject({ recovered: false });
  });

  it('shows no message that is too old before anything is swept', async () => {
    await harness.room(app, 'ageing', { durable: true });
    await fill('ageing', 100, 20);
    await harness.as(app, 'PATCH', 'rooms/ageing', { retentionDays: 10 });
    const told = await firstTold('ageing');
    expect(new Set(told).size).toBe(1);
    expect(told[0]).toBeGreaterThanOrEqual(50);
    await sql(`UPDATE room_messages SET sent_at = now() - interval '11 days'`);
    expect((await harness.as(app, 'GET', 'rooms/ageing/messages')).body.items).toEqual([]);
  });

  it('keeps messages up to their maximum age in days', async () => {
    await harness.room(app, 'dated', { durable: true, retentionDays: 10 });
    const id = await fill('dated', 6_000, 20);
    await retention.sweep();
    const { first } = (await kept(id))!;
    expect(Number(first)).toBeGreaterThanOrEqual(3_000);
    expect(Number(first)).toBeLessThanOrEqual(3_002);
    expect(await oldest('dated')).toBe(Number(first));
  });

  it('leaves everything else alone', async () => {
    await harness.room(app, 'free', { durable: true });
    const id = await fill('free', 500, 400);
    await retention.sweep();
    expect(await kept(id)).toEqual({ first: '1', n: 500 });
  });

  it('removes what a removed room leaves behind, and what has expired', async () => {
    await harness.room(app, 'doomed', { durable: true });
    const id = await fill('doomed', 5_000);
    await harness.as(app, 'POST', 'rooms/doomed/messages', { message: 1 }, { 'idempotency-key': 'k' });
    await harness.room(app, 'other');
    await harness.endpoint(app, 'other', 'read', 'old', { expiresInSeconds: 60 });
    await harness.endpoint(app, 'other', 'read', 'young', { expiresInSeconds: 60 });
    await sql(`UPDATE room_endpoints SET expires_at = now() - interval '2 days' WHERE identity = 'old'`);
    expect((await harness.as(app, 'DELETE', 'rooms/doomed')).status).toBe(204);
    expect((await kept(id))!.n).toBe(5_001);
    await sql(`UPDATE room_message_keys SET expires_at = now() - interval '1 second'`);
    await retention.sweep();
    expect((await kept(id))!.n).toBe(0);
    expect(await sql(`SELECT * FROM removed_rooms`)).toEqual([]);
    expect(await sql(`SELECT * FROM room_message_keys`)).toEqual([]);
    expect(await sql(`SELECT identity FROM room_endpoints WHERE identity IN ('old', 'young')`)).toEqual([
      { identity: 'young' },
    ]);
  });
});
