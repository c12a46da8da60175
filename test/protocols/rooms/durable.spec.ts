import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RoomsHarness, take, type TestApplication } from '../../support/rooms.js';
import { type WsClient } from '../../support/ws-client.js';
import { sendsBadFrames } from '../../support/frame-witness.js';

let harness: Awaited<ReturnType<typeof RoomsHarness.start>>;
let app: TestApplication;
let rooms = 0;

beforeAll(async () => {
  harness = await RoomsHarness.start({ RECOVERY_LIMIT: '3000', OUTBOUND_LIMIT_BYTES: '65536' });
  app = await harness.application();
});
afterAll(() => harness.close());
afterEach(() => harness.hangUp());

async function durableRoom(options: object = {}): Promise<string> {
  const name = `durable-${++rooms}`;
  await harness.room(app, name, { durable: true, ...options });
  return name;
}

async function publish(room: string, ...messages: unknown[]): Promise<{ offset: number; epoch: string }> {
  let body: unknown;
  for (const message of messages) {
    const answer = await harness.as(app, 'POST', `rooms/${room}/messages`, { message });
    expect(answer.status).toBe(202);
    body = answer.body;
  }
  return body as { offset: number; epoch: string };
}

const messagesOf = (frames: readonly { message: unknown }[]): unknown[] => frames.map(({ message }) => message);
const count = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_each, i) => from + i);

describe('a durable room', () => {
  it('numbers its messages from 1 without gaps, in one epoch, the same for all', async () => {
    const room = await durableRoom();
    const [a, b] = [await harness.member(app, room), await harness.member(app, room, 'readwrite', 'b')];
    for (let i = 1; i <= 50; i++) (i % 2 ? a : b).send({ message: i });
    const seen = await take(a, 50);
    expect(seen.map(({ offset }) => offset)).toEqual(count(1, 50));
    expect(new Set(seen.map(({ epoch }) => epoch)).size).toBe(1);
    expect(await take(b, 50)).toEqual(seen);
    // Each sender's messages are in order.
    for (const parity of [0, 1]) {
      const own = messagesOf(seen).filter((message) => Number(message) % 2 === parity);
      expect(own).toEqual(own.toSorted((x, y) => Number(x) - Number(y)));
    }
  });

  it('delivers the same live, replayed and over REST', async () => {
    const room = await durableRoom();
    const reader = await harness.member(app, room, 'read');
    const { epoch } = await publish(room, 'x', { y: [1, null] }, null);
    const live = [await reader.nextText(), await reader.nextText(), await reader.nextText()];
    expect(JSON.parse(live[0]!)).toMatchObject({ message: 'x', identity: app.name, offset: 1, epoch });
    const again = await harness.member(app, room, 'read', 'late', '?after=0');
    await again.expectNext({ recovered: true, offset: 3, epoch });
    expect([await again.nextText(), await again.nextText(), await again.nextText()]).toEqual(live);
    const { body } = await harness.as(app, 'GET', `rooms/${room}/messages`);
    expect(messagesOf(body.items)).toEqual(['x', { y: [1, null] }, null]);
    expect(body.items[2]).toEqual({
      offset: 3,
      message: null,
      identity: app.name,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  it('sends a reconnecting reader what it missed, once and in order, and then continues', async () => {
    const room = await durableRoom();
    const { epoch } = await publish(room, 1, 2, 3, 4, 5);
    const reader = await harness.member(app, room, 'read', 'r', `?after=2&epoch=${epoch}`);
    await reader.expectNext({ recovered: true, offset: 5, epoch });
    expect(messagesOf(await take(reader, 3))).toEqual([3, 4, 5]);
    await publish(room, 6);
    expect(await reader.next()).toMatchObject({ message: 6, offset: 6, epoch });
    await reader.expectNothing();
  });

  it('admits a reader that missed nothing at once', async () => {
    const room = await durableRoom();
    const { epoch } = await publish(room, 1);
    const reader = await harness.member(app, room, 'read', 'r', `?after=1&epoch=${epoch}`);
    await reader.expectNext({ recovered: true, offset: 1, epoch });
    await publish(room, 2);
    expect(await reader.next()).toMatchObject({ offset: 2 });
  });

  it.each([
    ['another epoch', (epoch: string) => `after=2&epoch=${epoch}0`],
    ['no epoch', () => 'after=2'],
    ['a future offset', (epoch: string) => `after=9&epoch=${epoch}`],
    ['a negative offset', (epoch: string) => `after=-1&epoch=${epoch}`],
    ['a fraction', (epoch: string) => `after=1.5&epoch=${epoch}`],
    ['words', (epoch: string) => `after=all&epoch=${epoch}`],
    ['nothing', (epoch: string) => `after=&epoch=${epoch}`],
    ['a huge number', (epoch: string) => `after=99999999999999999999&epoch=${epoch}`],
    ['an invalid epoch', () => 'after=1&epoch=%00'],
  ])('says that it cannot recover from %s, and continues live', async (_what, query) => {
    const room = await durableRoom();
    const { epoch } = await publish(room, 1, 2, 3);
    const reader = await harness.member(app, room, 'read', 'r', `?${query(epoch)}`);
    await reader.expectNext({ recovered: false, offset: 3, epoch });
    await publish(room, 4);
    expect(await reader.next()).toMatchObject({ message: 4, offset: 4 });
  });

  it('says so if more was missed than RECOVERY_LIMIT', async () => {
    const room = await durableRoom();
    const writer = await harness.member(app, room, 'write', 'w', '?acks=1');
    for (let i = 1; i <= 3001; i++) writer.send({ message: i, id: String(i) });
    const acks = [];
    for (let i = 1; i <= 3001; i++) acks.push(await writer.next());
    const { epoch } = acks[0] as { epoch: string };
    const late = await harness.member(app, room, 'read', 'r', `?after=0&epoch=${epoch}`);
    await late.expectNext({ recovered: false, offset: 3001, epoch });
    const justInTime = await harness.member(app, room, 'read', 'r', `?after=1&epoch=${epoch}`);
    await justInTime.expectNext({ recovered: true, offset: 3001, epoch });
    expect(messagesOf(await take(justInTime, 3000))).toEqual(count(2, 3001));
  });

  it('splices the replay into a continuous stream, for many who come at once', async () => {
    const room = await durableRoom();
    const { epoch } = await publish(room, 0);
    const writer = await harness.member(app, room, 'write');
    let last = 0;
    let stop = false;
    const isOver = () => stop;
    const writing = (async () => {
      while (!isOver()) {
        for (let i = 0; i < 3; i++) writer.send({ message: ++last, padding: 'x' });
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    const endpoint = await harness.endpoint(app, room, 'read');
    const readers: WsClient[] = [];
    for (let i = 0; i < 25; i++) readers.push(await harness.connect(endpoint, `?after=1&epoch=${epoch}`));
    stop = true;
    await writing;
    for (const reader of readers) {
      expect(await reader.next()).toMatchObject({ recovered: true });
      expect(messagesOf(await take(reader, last))).toEqual(count(1, last));
      await reader.expectNothing(0);
    }
  });

  it('replays more than a slow reader may have queued, at its pace, without calling it too slow', async () => {
    const room = await durableRoom();
    const padding = 'x'.repeat(100_000);
    const writer = await harness.member(app, room, 'write', 'w', '?acks=1');
    for (let i = 1; i <= 120; i++) writer.send({ message: { i, padding }, id: String(i) });
    for (let i = 1; i <= 120; i++) await writer.next();
    const reader = await harness.member(app, room, 'read', 'r', '?after=0');
    reader.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await publish(room, 'live');
    reader.socket.resume();
    await reader.next();
    const seen = await take(reader, 121);
    expect(seen.map(({ offset }) => offset)).toEqual(count(1, 121));
    expect(seen.at(-1)?.message).toBe('live');
  });

  it('keeps its messages, and the sockets their position, if a message is very large', async () => {
    const room = await durableRoom();
    const a = await harness.member(app, room);
    const padding = 'y'.repeat(900_000);
    a.send({ message: padding });
    a.send({ message: 1 });
    expect((await a.next()).message).toHaveLength(900_000);
    expect(await a.next()).toMatchObject({ message: 1, offset: 2 });
  });

  it('sends nothing to writers, not even about recovery', async () => {
    const room = await durableRoom();
    await publish(room, 1);
    const writer = await harness.member(app, room, 'write', 'w', '?after=0');
    writer.send({ message: 2 });
    await writer.expectNothing(200);
  });

  it('says that nothing can be recovered if it keeps nothing', async () => {
    await harness.room(app, 'fleeting');
    const reader = await harness.member(app, 'fleeting', 'read', 'r', '?after=0');
    expect(await reader.next()).toMatchObject({ recovered: false });
    expect(await publish('fleeting', 'x')).toEqual({ offset: null, epoch: null });
    expect(await reader.next()).toMatchObject({ message: 'x' });
    const { status, body } = await harness.as(app, 'GET', 'rooms/fleeting/messages');
    expect([status, body.code]).toEqual([409, 'room_not_durable']);
  });

  it('lets live sockets follow when it starts keeping messages, and again in another epoch', async () => {
    const name = `switching-${++rooms}`;
    await harness.room(app, name);
    const a = await harness.member(app, name);
    a.send({ message: 1 });
    expect(await a.next()).not.toHaveProperty('offset');
    const set = (durable: boolean) => harness.as(app, 'PATCH', `rooms/${name}`, { durable });
    await set(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    a.send({ message: 2 });
    const first = await a.next();
    expect(first).toMatchObject({ message: 2, offset: 1 });
    await set(false);
    await new Promise((resolve) => setTimeout(resolve, 50));
    a.send({ message: 3 });
    expect(await a.next()).not.toHaveProperty('offset');
    await set(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    a.send({ message: 4 });
    const second = await a.next();
    expect(second).toMatchObject({ message: 4, offset: 2 });
    expect(second.epoch).not.toBe(first.epoch);
    const back = await harness.member(app, name, 'read', 'r', `?after=1&epoch=${first.epoch}`);
    expect(await back.next()).toMatchObject({ recovered: false, offset: 2, epoch: second.epoch });
    const { status, body } = await harness.as(app, 'GET', `rooms/${name}/messages?after=0&epoch=${first.epoch}`);
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'epoch_changed', epoch: second.epoch });
    expect((await harness.as(app, 'GET', `rooms/${name}/messages`)).body.items).toMatchObject([{ offset: 2 }]);
  });
});

describe('acknowledgements', () => {
  it('contain the position of the message once it is stored', async () => {
    const room = await durableRoom();
    const a = await harness.member(app, room, 'readwrite', 'a', '?acks=1');
    a.send({ message: 'x', id: 'one' });
    const [ack, message] = [await a.next(), await a.next()];
    expect(ack).toEqual({ ack: 'one', offset: 1, epoch: message.epoch });
    expect(message).not.toHaveProperty('id');
  });

  it('come before the message itself, even in plain rooms', async () => {
    const room = `acks-${++rooms}`;
    await harness.room(app, room, { durable: false });
    const a = await harness.member(app, room, 'readwrite', 'a', '?acks=1');
    a.send({ message: 'x', id: 'one' });
    expect(await a.next()).toEqual({ ack: 'one' });
    expect(await a.next()).toMatchObject({ message: 'x' });
  });

  it.each([true, false])('recognize a repetition (durable: %s)', async (durable) => {
    const room = `acks-${++rooms}`;
    await harness.room(app, room, { durable });
    const reader = await harness.member(app, room, 'read');
    const endpoint = await harness.endpoint(app, room, 'write');
    const [one, two] = [await harness.connect(endpoint, '?acks=1'), await harness.connect(endpoint, '?acks=1')];
    const acks = [];
    // At the same time over two sockets, and twice in one turn.
    for (const client of [one, one, two]) client.send({ message: 'x', id: 'same' });
    for (const client of [one, one, two]) acks.push(await client.next());
    one.send({ message: 'x', id: 'same' });
    acks.push(await one.next());
    expect(acks[0]).toMatchObject({ ack: 'same' });
    for (const ack of acks) expect(ack).toEqual(acks[0]);
    expect(await reader.next()).toMatchObject({ message: 'x' });
    await reader.expectNothing();
    one.send({ message: 'y', id: 'same' });
    expect(await one.next()).toEqual({ error: { code: 'conflict', detail: expect.any(String) }, id: 'same' });
    // Ids of another endpoint are separate.
    const other = await harness.member(app, room, 'write', 'o', '?acks=1');
    other.send({ message: 'z', id: 'same' });
    expect(await other.next()).toMatchObject({ ack: 'same' });
    expect(await reader.next()).toMatchObject({ message: 'z' });
  });

  it('contain the id as it was written', async () => {
    const room = await durableRoom();
    const w = await harness.member(app, room, 'write', 'w', '?acks=1');
    for (const id of ['"\\u0000"', '"\\ud800"', '"\\ud801"', '"é"', `"${'😀'.repeat(64)}"`]) {
      w.send(`{"id":${id},"message":1}`);
      expect(await w.nextText()).toContain(`{"ack":${id},"offset":`);
    }
    expect((await harness.as(app, 'GET', `rooms/${room}/messages`)).body.items).toHaveLength(5);
  });

  it('are refused for an invalid id, and the message is not sent', async () => {
    sendsBadFrames();
    const room = await durableRoom();
    const a = await harness.member(app, room, 'readwrite', 'a', '?acks=1');
    for (const id of [5, '', 'x'.repeat(65), null, {}]) {
      a.send({ message: 'x', id });
      expect(await a.next()).toEqual({ error: { code: 'invalid_input', detail: expect.any(String) }, id });
    }
    a.send({ message: 'x', id: 'x'.repeat(5_000) });
    expect(await a.next()).toMatchObject({ error: { code: 'invalid_input' }, id: null });
    await a.expectNothing();
  });

  it('are sent only if requested', async () => {
    const room = await durableRoom();
    const [a, b] = [await harness.member(app, room), await harness.member(app, room, 'write', 'b', '?acks=1')];
    a.send({ message: 'x', id: 'one' });
    expect(await a.next()).toMatchObject({ message: 'x' });
    b.send({ message: 'y' });
    expect(await a.next()).toMatchObject({ message: 'y' });
    await b.expectNothing();
    await a.expectNothing();
  });
});

describe('publishing over REST', () => {
  it('accepts an Idempotency-Key', async () => {
    for (const durable of [true, false]) {
      const room = `idempotent-${++rooms}`;
      await harness.room(app, room, { durable });
      const reader = await harness.member(app, room, 'read');
      const say = (body: object, key = 'k') =>
        harness.as(app, 'POST', `rooms/${room}/messages`, body, { 'idempotency-key': key });
      const answers = await Promise.all([say({ message: 1 }), say({ message: 1 }), say({ message: 1 })]);
      for (const { status, body } of answers) expect([status, body]).toEqual([202, answers[0].body]);
      expect(await say({ message: 1 })).toMatchObject({ status: 202, body: answers[0].body });
      for (const body of [{ message: 2 }, { message: 1, identity: 'i' }]) {
        expect(await say(body)).toMatchObject({ status: 409, body: { code: 'conflict' } });
      }
      expect(await say({ message: 2 }, 'other')).toMatchObject({ status: 202 });
      expect(await reader.next()).toMatchObject({ message: 1 });
      expect(await reader.next()).toMatchObject({ message: 2 });
      await reader.expectNothing();
      expect(await say({ message: 1 }, '')).toMatchObject({ status: 422 });
      expect(await say({ message: 1 }, 'x'.repeat(256))).toMatchObject({ status: 422 });
    }
  });

  it('refuses what is not a message, and other applications', async () => {
    const room = await durableRoom();
    const say = (body: unknown, who = app) => harness.as(who, 'POST', `rooms/${room}/messages`, body);
    expect(await say({})).toMatchObject({ status: 422 });
    expect(await say({ message: 1, offset: 5 })).toMatchObject({ status: 422 });
    expect(await say({ message: 1, identity: 'x'.repeat(101) })).toMatchObject({ status: 422 });
    expect(await say('{"message":')).toMatchObject({ status: 400 });
    expect(await say({ message: 'x'.repeat(1_048_577) })).toMatchObject({ status: 413 });
    expect(await say({ message: 1 }, await harness.application())).toMatchObject({ status: 404 });
    expect(await say({ message: 1 }, { ...app, apiKey: 'nope' })).toMatchObject({ status: 401 });
    expect(await say({ message: null, identity: '' })).toMatchObject({ status: 202 });
  });
});

describe('history over REST', () => {
  it('is paged by cursor and by offset, ascending', async () => {
    const room = await durableRoom();
    const { epoch } = await publish(room, 1, 2, 3, 4, 5);
    const list = async (query: string) => (await harness.as(app, 'GET', `rooms/${room}/messages?${query}`)).body;
    const first = await list('limit=2');
    expect(messagesOf(first.items)).toEqual([1, 2]);
    const second = await list(`limit=2&cursor=${first.nextCursor}`);
    expect(messagesOf(second.items)).toEqual([3, 4]);
    const third = await list(`limit=2&cursor=${second.nextCursor}`);
    expect(messagesOf(third.items)).toEqual([5]);
    expect(third).toMatchObject({ nextCursor: null, epoch, offset: 5 });
    expect(messagesOf((await list(`after=3&epoch=${epoch}&limit=9999`)).items)).toEqual([4, 5]);
    expect((await list('after=5')).items).toEqual([]);
    for (const query of ['after=-1', 'after=x', 'limit=0', 'cursor=zzz', 'after=1.5']) {
      expect((await harness.as(app, 'GET', `rooms/${room}/messages?${query}`)).status, query).toBe(422);
    }
    expect((await harness.as(app, 'GET', 'rooms/none/messages')).status).toBe(404);
  });
});
