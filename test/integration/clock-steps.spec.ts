import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { apiOf } from '../support/api.js';
import { CirclesHarness, type World } from '../support/circles.js';
import { RoomsHarness, take } from '../support/rooms.js';
import { WsClient } from '../support/ws-client.js';

const HOUR_MS = 3_600_000;
const STEPS = [
  ['back by an hour', -HOUR_MS],
  ['back by a year', -365 * 24 * HOUR_MS],
  ['forward by an hour', HOUR_MS],
  ['forward by a year', 365 * 24 * HOUR_MS],
] as const;

/** From now on the wall clock continues from another time. */
function stepWallClock(ms: number): void {
  const { now } = Date;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ms);
}

describe.each(STEPS)('when the wall clock steps %s', (_name, step) => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  describe('rooms', () => {
    let rooms: RoomsHarness;
    beforeAll(async () => {
      rooms = await RoomsHarness.start({
        REST_RATE: '1',
        REST_BURST: '8',
        INBOUND_RATE: '50',
        INBOUND_BURST: '5',
        ADMISSION_SECONDS: '1',
      });
    });
    afterAll(() => rooms.close());
    afterEach(() => rooms.hangUp());

    it('no REST request waits longer than the limit says', async () => {
      const api = apiOf(rooms.server);
      const ask = () => api('GET', 'auth/me');
      while ((await ask()).status !== 429) continue;
      stepWallClock(step);
      const { status, headers } = await ask();
      if (status === 429) expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(1);
    });

    it('a socket that sent too much is read again', async () => {
      const app = await rooms.application();
      await rooms.room(app, 'r');
      const [writer, reader] = [await rooms.member(app, 'r', 'write'), await rooms.member(app, 'r', 'read')];
      for (let n = 0; n < 10; n++) writer.send({ message: n });
      await take(reader, 1);
      stepWallClock(step);
      const rest = await take(reader, 9);
      expect(rest.map(({ message }) => message)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it.runIf(step < 0)('a socket that does not identify itself is closed in time', async () => {
      const client = await WsClient.open(`${rooms.server.wsUrl}/ws/`);
      await client.next();
      stepWallClock(step);
      expect((await client.next()).message).toContain('Timed out');
    });
  });

  describe('circles', () => {
    let circles: CirclesHarness;
    let world: World;
    beforeAll(async () => {
      circles = await CirclesHarness.start({ WRITING_REPEAT_MS: '50' });
      world = await circles.world();
    });
    afterAll(() => circles.close());
    afterEach(() => {
      circles.hangUp();
    });

    // Forward, the sockets' tokens expire.
    it.runIf(step < 0)('typing notices still pass', async () => {
      const [u1, u2] = [await circles.socket(world.u1), await circles.socket(world.u2)];
      await u2.joinConversation(world.conversation);
      const write = () => u1.ask('writing', { conversation_id: world.conversation, is_writing: true });
      await write();
      await u2.expect('writing');
      stepWallClock(step);
      const again = u2.expect('writing');
      await Promise.all([again, sleep(60).then(write)]);
    });
  });
});
