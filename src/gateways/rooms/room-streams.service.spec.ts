import { type Response } from 'express';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { RoomStreams } from './room-streams.service.js';

/** Streams on fakes. @param admission what happens while a reader is admitted */
function streams(admission: () => void) {
  const done: string[] = [];
  const seats = {
    admit: async () => {
      await Promise.resolve();
      admission();
      done.push('admitted');
    },
    leave: () => Promise.resolve(void done.push('left')),
    begin: () => Promise.resolve(),
  };
  const traffic = { connections: 0, messagesOut: 0, bytesOut: 0 };
  const service = new RoomStreams(
    seats as never,
    {} as never,
    { detach: () => void done.push('detached') } as never,
    { node: 'n', draining: false, nextSerial: () => 1 } as never,
    { of: () => traffic, recordClose: () => undefined } as never,
    { register: () => undefined, ended: () => undefined } as never,
    { onDrain: () => undefined } as never,
    { limits: { outboundBytes: 1_000 }, http: { drainSeconds: 1 } } as never,
  );
  const response = Object.assign(new EventEmitter(), {
    destroyed: false,
    writableLength: 0,
    writeHead: () => undefined,
    flushHeaders: () => undefined,
    end: () => undefined,
    destroy: () => undefined,
  });
  const request = { entrance: { code: 'c' }, address: '::1', userAgent: undefined };
  return {
    done,
    response,
    traffic,
    open: () => service.open(request as never, response as unknown as Response),
    service,
  };
}

describe('event streams', () => {
  it('end when their client leaves', async () => {
    const { done, response, traffic, open, service } = streams(() => undefined);
    await open();
    expect(traffic.connections).toBe(1);
    response.emit('close');
    expect(traffic.connections).toBe(0);
    expect(done).toEqual(['admitted', 'detached', 'left']);
    service.onModuleDestroy();
  });

  it('do not begin for a client that left while its request was being read', async () => {
    const { done, response, traffic, open, service } = streams(() => undefined);
    response.destroyed = true;
    await open();
    expect([done, traffic.connections]).toEqual([[], 0]);
    service.onModuleDestroy();
  });

  it('leave after their admission, not in the middle of it', async () => {
    const { done, response, traffic, open, service } = streams(() => void response.emit('close'));
    await expect(open()).rejects.toMatchObject({ kind: 'forbidden' });
    expect(done).toEqual(['admitted', 'detached', 'left']);
    expect(traffic.connections).toBe(0);
    service.onModuleDestroy();
  });
});
