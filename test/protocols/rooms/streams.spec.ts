import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RoomsHarness, type TestApplication, type TestEndpoint } from '../../support/rooms.js';
import { StreamClient } from '../../support/stream-client.js';

describe('an event stream', () => {
  let harness: RoomsHarness;
  let app: TestApplication;
  let reader: TestEndpoint;
  const streams: StreamClient[] = [];

  beforeAll(async () => {
    harness = await RoomsHarness.start({ OUTBOUND_LIMIT_BYTES: '65536' });
    app = await harness.application();
    await harness.room(app, 'plain');
    await harness.room(app, 'durable', { durable: true });
    reader = await harness.endpoint(app, 'durable', 'read', 'reader');
  });
  afterAll(() => harness.close());
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.request.destroy();
    await harness.hangUp();
  });

  const open = async ({ code }: { code: string }, headers = {}, query = ''): Promise<StreamClient> => {
    const stream = await StreamClient.open(`${harness.server.url}/sse/endpoint/${code}/${query}`, headers);
    streams.push(stream);
    return stream;
  };
  const say = (room: string, message: unknown) => harness.as(app, 'POST', `rooms/${room}/messages`, { message });

  it('carries the messages of a room, each in one line', async () => {
    const stream = await open(await harness.endpoint(app, 'plain', 'readwrite'));
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const a = await harness.member(app, 'plain', 'readwrite', 'a');
    a.send('{"message":\r\n{"x":\n[1]}}');
    const [event] = await stream.until(1);
    expect(Object.keys(event!)).toEqual(['data']);
    expect(JSON.parse(event!.data!)).toMatchObject({ message: { x: [1] }, identity: 'a' });
  });

  it('has a position from the beginning, and recovers from it', async () => {
    await say('durable', 1);
    const stream = await open(reader);
    await expect.poll(() => stream.blocks.length).toBe(1);
    const [{ id }] = stream.blocks as [{ id: string }];
    expect(id).toMatch(/^[0-9a-f]+:\d+$/);
    expect(stream.events).toEqual([]);
    await say('durable', 2);
    const [event] = await stream.until(1);
    const { message, offset, epoch } = JSON.parse(event!.data!) as { message: number; offset: number; epoch: string };
    expect([message, event!.id]).toEqual([2, `${epoch}:${offset}`]);
    stream.request.destroy();
    await say('durable', 3);
    for (const last of [id, event!.id!]) {
      const again = await open(reader, { 'last-event-id': last });
      const missed = last === id ? [2, 3] : [3];
      const [first, ...rest] = await again.until(1 + missed.length);
      expect(first).toMatchObject({ event: 'recovered' });
      expect(JSON.parse(first!.data!)).toEqual({ recovered: true, offset: offset + 1, epoch });
      expect(rest.map(({ data }) => (JSON.parse(data!) as { message: number }).message)).toEqual(missed);
    }
    const all = await open(reader, {}, '?after=0');
    expect((await all.until(4))[1]).toMatchObject({ data: expect.stringContaining('"message":1') });
  });

  it('says if it cannot recover, and continues live', async () => {
    for (const last of ['x', ':', 'abc:1', `${'9'.repeat(500)}:1`]) {
      const stream = await open(reader, { 'last-event-id': last });
      const [first] = await stream.until(1);
      expect(JSON.parse(first!.data!)).toMatchObject({ recovered: false });
      await say('durable', 'live');
      expect((await stream.until(2))[1]!.data).toContain('"message":"live"');
    }
  });

  it('then sends the current position, so that nobody comes back with the lost one', async () => {
    const lost = await open(reader, { 'last-event-id': 'gone:1' });
    const [first] = await lost.until(1);
    const { offset, epoch } = JSON.parse(first!.data!) as { offset: number; epoch: string };
    expect(first!.id).toBe(`${epoch}:${offset}`);
    const again = await open(reader, { 'last-event-id': first!.id! });
    expect(JSON.parse((await again.until(1))[0]!.data!)).toMatchObject({ recovered: true });
    // In a room that keeps nothing there is no position to come back with.
    const plain = await open(await harness.endpoint(app, 'plain', 'read'), { 'last-event-id': 'gone:1' });
    expect((await plain.until(1))[0]).toMatchObject({ id: '', event: 'recovered' });
  });

  it('takes the position from the address for clients that cannot set the header, which takes precedence', async () => {
    const [{ id }] = await (async () => {
      const stream = await open(reader);
      await expect.poll(() => stream.blocks.length).toBe(1);
      return stream.blocks as [{ id: string }];
    })();
    const told = async (headers: object, query: string): Promise<unknown> =>
      JSON.parse((await (await open(reader, headers, query)).until(1))[0]!.data!) as unknown;
    expect(await told({}, `?lastEventId=${encodeURIComponent(id)}`)).toMatchObject({ recovered: true });
    expect(await told({}, `?after=1&epoch=no&lastEventId=${id}`)).toMatchObject({ recovered: true });
    expect(await told({ 'last-event-id': id }, '?lastEventId=gone:1')).toMatchObject({ recovered: true });
    expect(await told({}, '?lastEventId=gone:1')).toMatchObject({ recovered: false });
  });

  it('is refused for codes that are unknown or may not read', async () => {
    expect((await open({ code: 'unknown' })).status).toBe(403);
    expect((await open({ code: 'A'.repeat(100) })).status).toBe(403);
    expect((await open(await harness.endpoint(app, 'plain', 'write'))).status).toBe(403);
    const response = await fetch(`${harness.server.url}/sse/endpoint/${reader.code}/`, { method: 'HEAD' });
    expect(response.status).toBe(405);
  });

  it('is listed in presence and ends with its endpoint', async () => {
    const endpoint = await harness.endpoint(app, 'plain', 'read', 'listener');
    const stream = await open(endpoint);
    const present = async () => (await harness.as(app, 'GET', 'rooms/plain/presence')).body.items;
    expect(await present()).toMatchObject([{ identity: 'listener', permissions: 'read' }]);
    const { body } = await harness.admin('GET', 'connections?protocol=rooms');
    expect(body.items).toMatchObject([{ transport: 'sse', principal: { kind: 'endpoint' } }]);
    expect(JSON.stringify(body)).not.toContain(endpoint.code);
    await harness.as(app, 'DELETE', `rooms/plain/endpoints/${endpoint.code}`);
    await expect.poll(() => stream.ended).toBe(true);
    await expect.poll(present).toEqual([]);
    expect((await open(endpoint)).status).toBe(403);
  });

  it('ends if its reader is too slow, and loses nothing after a reconnect', async () => {
    const stream = await open(reader);
    await expect.poll(() => stream.blocks.length).toBe(1);
    const [{ id }] = stream.blocks as [{ id: string }];
    stream.request.socket?.pause();
    const padding = 'x'.repeat(200_000);
    for (let i = 0; i < 60; i++) await say('durable', { i, padding });
    stream.request.socket?.resume();
    await expect.poll(() => stream.ended, { timeout: 5_000 }).toBe(true);
    expect(stream.events.length).toBeLessThan(60);
    const again = await open(reader, { 'last-event-id': stream.events.at(-1)?.id ?? id });
    await again.until(1 + 60 - stream.events.length);
    const seen = [...stream.events, ...again.events.slice(1)].map(
      ({ data }) => (JSON.parse(data!) as { message: { i: number } }).message.i,
    );
    expect(seen).toEqual(Array.from({ length: 60 }, (_each, i) => i));
  });
});
