import { EventEmitter } from 'node:events';
import { type Server } from 'socket.io';
import { describe, expect, it, vi } from 'vitest';
import { HeldBytes } from '../../../common/http/policy/held-bytes.js';
import { type EngineSocket } from './engine-socket.js';
import { EngineSession } from './engine-session.js';
import { LoopTurns } from '../flow/loop-turns.js';

const LIMIT_BYTES = 10_000;

class FakeConn extends EventEmitter {
  readonly socket = { pause: vi.fn<() => void>(), resume: vi.fn<() => void>() };
  transport: object = { name: 'websocket', socket: this.socket };
  readonly close = vi.fn<(discard: boolean) => void>();
}

function start() {
  const engine = Object.assign(new EventEmitter(), { opts: {} });
  EngineSession.boundAll({ engine } as unknown as Server, new LoopTurns(), LIMIT_BYTES, new HeldBytes());
  const conn = new FakeConn();
  engine.emit('connection', conn);
  const session = EngineSession.of(conn as unknown as EngineSocket);
  const owner = {
    isStranger: true,
    address: '192.0.2.1',
    waitingInbound: 0,
    cutOff: vi.fn<() => void>(),
    tooLarge: vi.fn<() => void>(),
    slowConsumer: vi.fn<() => void>(),
    onFlood: vi.fn<() => void>(),
  };
  session.owner = owner;
  return { conn, session, owner };
}

describe('the bounds of an Engine.IO session', () => {
  it('let events through, but close it for more than a hundred other packets per second', () => {
    const { conn, owner } = start();
    for (let n = 0; n < 1_000; n++) {
      conn.emit('packet', { type: 'message', data: '2["event"]' });
      conn.emit('packet', { type: 'message', data: Buffer.alloc(8) });
    }
    for (let n = 0; n < 50; n++) conn.emit('packet', { type: 'ping' });
    for (let n = 0; n < 50; n++) conn.emit('packet', { type: 'message', data: '0/x,' });
    expect(conn.close).not.toHaveBeenCalled();
    conn.emit('upgrading');
    expect(conn.close).toHaveBeenCalledWith(true);
    expect(owner.onFlood).toHaveBeenCalledOnce();
  });

  it('close it for a packet that is, with its attachments, too large for a stranger', () => {
    const event = (name: string, size: number) => `2["${name}","${'x'.repeat(size)}"]`;
    const scenes = [
      { packets: [event('name', 16_000), event('name', 16_000)], closes: false },
      { packets: [event('name', 200_000)], closes: false, isStranger: false },
      { packets: [event('name', 17_000)], closes: true },
      { packets: [event('name', 0).padEnd(6_000, '\u20ac')], closes: true },
      { packets: [`0{"token":"${'x'.repeat(17_000)}"}`], closes: true },
      { packets: ['52-["offer"]', Buffer.alloc(9_000), Buffer.alloc(9_000)], closes: true },
      { packets: ['51-["a"]', Buffer.alloc(9_000), '51-["a"]', Buffer.alloc(9_000)], closes: false },
    ];
    for (const { packets, closes, isStranger = true } of scenes) {
      const { conn, owner } = start();
      owner.isStranger = isStranger;
      for (const data of packets) conn.emit('packet', { type: 'message', data });
      expect(conn.close).toHaveBeenCalledTimes(closes ? 1 : 0);
      expect(owner.tooLarge).toHaveBeenCalledTimes(closes ? 1 : 0);
    }
  });

  it('close it if more than the limit is waiting, whoever sent it', () => {
    const { conn, session, owner } = start();
    for (let n = 0; n < 20; n++) conn.emit('packetCreate', { type: 'pong' });
    conn.emit('packetCreate', { type: 'message', data: 'x'.repeat(7_000) });
    expect([session.waitingBytes > 7_000, conn.close.mock.calls]).toEqual([true, []]);
    conn.emit('packetCreate', { type: 'message', data: 'x'.repeat(1_000) });
    expect(conn.close).toHaveBeenCalledWith(true);
    expect(owner.slowConsumer).toHaveBeenCalledOnce();
  });

  it('let a single packet of any size wait, and count from zero once it has been written', () => {
    const { conn, session } = start();
    for (let n = 0; n < 3; n++) {
      conn.emit('packetCreate', { type: 'message', data: 'x'.repeat(2 * LIMIT_BYTES) });
      conn.emit('flush');
    }
    expect([session.waitingBytes, conn.close.mock.calls]).toEqual([0, []]);
  });

  it('pause a transport that takes over while the session is paused', () => {
    const { conn, session } = start();
    session.pause();
    const next = { pause: vi.fn<() => void>() };
    conn.transport = { name: 'websocket', socket: next };
    conn.emit('upgrade');
    expect(next.pause).toHaveBeenCalledOnce();
  });
});
