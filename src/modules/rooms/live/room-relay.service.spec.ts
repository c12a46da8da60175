import { describe, expect, it, vi } from 'vitest';
import { type Clock } from '../../../common/time/clock.js';
import { type HubEvent } from '../../realtime/hub-event.js';
import { type Hub } from '../../realtime/fan-out/hub.js';
import { InProcessEphemeralStore } from '../../realtime/in-process/in-process.ephemeral-store.js';
import { type MessageLog } from '../log/message-log.service.js';
import { type RoomConnection } from '../room-connection.js';
import { RoomRelay } from './room-relay.service.js';
import { ackCountKey } from '../rooms.channels.js';

function setUp() {
  const clock = { time: 0, now: () => clock.time };
  const store = new InProcessEphemeralStore({ elapsed: () => clock.time });
  const told: HubEvent[] = [];
  const answers: HubEvent[] = [];
  const hub = {
    publish: (_channel: unknown, event: HubEvent) => told.push(event),
    sendTo: (_connection: unknown, event: HubEvent) => answers.push(event),
  };
  const relay = new RoomRelay(hub as unknown as Hub, {} as MessageLog, store, clock as unknown as Clock);
  const principal = {
    kind: 'endpoint',
    credential: { kind: 'endpoint', endpointId: 7, madeByKey: null },
    author: '7',
    canWrite: true,
    acks: true,
    durable: false,
  };
  const say = async (id: string) => {
    const connection = { principal } as unknown as RoomConnection;
    await relay.publish(connection, Buffer.from('"m"'), Buffer.from(JSON.stringify(id)));
    return answers.splice(0);
  };
  return { clock, store, told, say };
}

describe('acknowledgement ids in rooms that keep nothing', () => {
  it('make repeating a message harmless', async () => {
    const { told, say } = setUp();
    expect(await say('a')).toMatchObject([{ type: 'rooms.acked' }]);
    expect(await say('a')).toMatchObject([{ type: 'rooms.acked' }]);
    expect(told.length).toBe(1);
  });

  it('are not even read if they are too long', async () => {
    const { told, say } = setUp();
    const parse = vi.spyOn(JSON, 'parse');
    expect(await say('x'.repeat(2_000))).toMatchObject([{ code: 'invalid_input', id: Buffer.from('null') }]);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
    expect(await say('\u{1f600}'.repeat(64))).toMatchObject([{ type: 'rooms.acked' }]);
    expect(told.length).toBe(1);
  });

  it('are refused once an endpoint has sent too many, until the next ten minutes', async () => {
    const { clock, store, told, say } = setUp();
    await store.increment(ackCountKey('7', 0), 100_000);
    expect(await say('a')).toMatchObject([{ type: 'rooms.refused', code: 'rate_limited' }]);
    expect(told).toEqual([]);
    clock.time = 600_000;
    expect(await say('a')).toMatchObject([{ type: 'rooms.acked' }]);
    expect(told.length).toBe(1);
  });
});
