import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sendsBadFrames } from '../../support/frame-witness.js';
import { clientFrame, RawWebSocket } from '../../support/raw-websocket.js';
import { RoomsHarness, take, type TestApplication } from '../../support/rooms.js';

const FRAME_LIMIT = 65_536;

/** Whatever one connection does, the others notice nothing. */
describe.each([
  ['a room', false],
  ['a durable room', true],
])('%s with a client that', (_name, durable) => {
  let harness: RoomsHarness;
  let app: TestApplication;
  let port: number;
  beforeEach(sendsBadFrames);

  beforeAll(async () => {
    harness = await RoomsHarness.start({
      MAX_FRAME_BYTES: String(FRAME_LIMIT),
      OUTBOUND_LIMIT_BYTES: '65536',
      INBOUND_RATE: '500',
      INBOUND_BURST: '500',
    });
    port = Number(new URL(harness.server.url).port);
    app = await harness.application();
    await harness.room(app, 'r', { durable });
  });
  afterAll(() => harness.close());
  afterEach(() => harness.hangUp());

  it('sends too much at once is closed with 1009, alone', async () => {
    const [a, b] = [await harness.member(app, 'r'), await harness.member(app, 'r')];
    a.send({ message: 'x'.repeat(FRAME_LIMIT) });
    expect(await a.closeCode()).toBe(1009);
    await b.expectNothing();
    b.send({ message: 'x'.repeat(FRAME_LIMIT - 1_000) });
    expect((await b.next()).message).toHaveLength(FRAME_LIMIT - 1_000);
  });

  it('floods is slowed down, in order and without loss, starving nobody', async () => {
    const [flooder, calm] = [
      await harness.member(app, 'r', 'write', 'flood'),
      await harness.member(app, 'r', 'readwrite', 'c'),
    ];
    for (let i = 0; i < 1_500; i++) flooder.send({ message: i });
    const sent = Date.now();
    calm.send({ message: 'calm' });
    const frames = await take(calm, 600);
    expect(frames.map(({ message }) => message)).toContain('calm');
    const rest = await take(calm, 901);
    const flood = [...frames, ...rest].map(({ message }) => message).filter((message) => message !== 'calm');
    expect(flood).toEqual(Array.from({ length: 1_500 }, (_each, i) => i));
    // 500 at once, then 500 per second.
    expect(Date.now() - sent).toBeGreaterThan(1_000);
    await flooder.expectNothing(0);
  });

  it('stops reading is closed, and slows nobody down', async () => {
    const deaf = await harness.member(app, 'r', 'read', 'deaf');
    deaf.socket.pause();
    const [a, b] = [await harness.member(app, 'r', 'write'), await harness.member(app, 'r', 'read')];
    const padding = 'x'.repeat(50_000);
    for (let i = 0; i < 300; i++) a.send({ message: padding });
    expect(await take(b, 300)).toHaveLength(300);
    deaf.socket.resume();
    let code: number | undefined;
    deaf.socket.on('close', (closed) => (code = closed));
    await expect.poll(() => code).toBeDefined();
    // More data than the reader took precedes the close frame, so it may or may not see it.
    expect([4008, 1006]).toContain(code);
  });

  it('vanishes in the middle of a frame leaves no trace', async () => {
    const { code } = await harness.endpoint(app, 'r', 'readwrite', 'ghost');
    const b = await harness.member(app, 'r');
    const raw = await RawWebSocket.open(port, `/ws/endpoint/${code}/`, clientFrame('{"message":1}').subarray(0, 9));
    await raw.until(({ status }) => status === 101);
    raw.socket.destroy();
    await expect
      .poll(async () => (await harness.as(app, 'GET', 'rooms/r/presence')).body.items)
      .toMatchObject([{ identity: 'someone' }]);
    await b.expectNothing();
  });

  it('sends before the answer to the handshake is heard in order', async () => {
    const { code } = await harness.endpoint(app, 'r', 'readwrite', 'eager');
    const extra = Buffer.concat([1, 2, 3].map((i) => clientFrame(`{"message":${i}}`)));
    const raw = await RawWebSocket.open(port, `/ws/endpoint/${code}/`, extra);
    await raw.until(({ texts }) => texts.length === 3);
    expect(raw.texts.map((text) => JSON.parse(text).message)).toEqual([1, 2, 3]);
    raw.socket.destroy();
  });

  it('sends is heard by everybody whose handshake had succeeded', async () => {
    const endpoint = await harness.endpoint(app, 'r', 'read');
    const w = await harness.member(app, 'r', 'write');
    for (let i = 0; i < 20; i++) {
      const reader = await harness.connect(endpoint);
      w.send({ message: i });
      expect(await reader.next()).toMatchObject({ message: i });
    }
  });

  it('has nonsense in the query is served as if it had not', async () => {
    const endpoint = await harness.endpoint(app, 'r');
    for (const query of ['?acks=yes&presence=true', '?acks=1&acks=0&%zz=%00', `?x=${'y'.repeat(4_000)}`]) {
      const client = await harness.connect(endpoint, query);
      client.send({ message: 1, id: 5.5 });
      const frame = await client.next();
      expect('message' in frame || 'error' in frame).toBe(true);
    }
  });
});
