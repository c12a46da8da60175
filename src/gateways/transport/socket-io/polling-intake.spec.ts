import { EventEmitter } from 'node:events';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { LoopTurns } from '../flow/loop-turns.js';
import { PollingIntake, type PollingTransport } from './polling-intake.js';

const packets = (count: number): string => Array.from({ length: count }, (_, n) => `4${n}`).join('\u001e');

class FakeTransport {
  readonly protocol = 4;
  readonly parser = { decodePacket: (text: string | Buffer) => ({ type: 'message', data: String(text).slice(1) }) };
  readyState = 'open';
  readonly response = { ended: [] as unknown[], end: (body: unknown) => this.response.ended.push(body) };
  readonly dataRes = this.response as unknown as ServerResponse;
  readonly taken: string[] = [];
  readonly polls: unknown[] = [];
  readonly errors: string[] = [];
  readonly onData = vi.fn<(payload: string | Buffer) => void>();
  onClose = vi.fn<() => void>();

  onRequest(request: IncomingMessage): void {
    this.polls.push(request);
  }
  onPacket({ data }: { data?: unknown }): void {
    this.taken.push(String(data));
  }
  onError(message: string): void {
    this.errors.push(message);
    this.readyState = 'closed';
  }

  /** As Engine.IO's own does. */
  post(payload: string): void {
    (this as PollingTransport).onData(payload);
    this.dataRes.end('ok');
  }
}

describe('the intake of a polling session', () => {
  const start = (): [FakeTransport, PollingIntake] => {
    const transport = new FakeTransport();
    return [transport, new PollingIntake(transport, new LoopTurns())];
  };

  it('handles what fits into a turn at once', () => {
    const [transport] = start();
    transport.post(packets(10));
    expect([transport.taken.length, transport.response.ended]).toEqual([10, ['ok']]);
  });

  it('spreads more than that over several turns, in order, and answers after the last packet', async () => {
    const [transport] = start();
    transport.post(packets(1_000));
    expect([transport.taken.length, transport.response.ended]).toEqual([128, []]);
    await vi.waitFor(() => {
      expect(transport.response.ended).toEqual(['ok']);
    });
    expect(transport.taken).toEqual(Array.from({ length: 1_000 }, (_, n) => String(n)));
  });

  it('handles nothing while paused, and drops what is waiting once its session has ended', async () => {
    const [transport, intake] = start();
    intake.pause();
    transport.post(packets(10));
    expect([transport.taken, transport.response.ended]).toEqual([[], []]);
    transport.readyState = 'closed';
    intake.resume();
    await vi.waitFor(() => {
      expect(transport.response.ended).toEqual(['ok']);
    });
    expect(transport.taken).toEqual([]);
  });

  it('refuses a second request at the same time', () => {
    const [transport] = start();
    transport.post(packets(1_000));
    transport.post(packets(1));
    expect([transport.taken.length, transport.errors]).toEqual([128, ['data request overlap from client']]);
  });

  it('refuses more than 10,000 packets in one request', async () => {
    const [transport] = start();
    transport.post(packets(10_001));
    await vi.waitFor(() => {
      expect(transport.errors).toEqual(['too many packets']);
    });
    expect(transport.taken).toHaveLength(10_000);
  });

  it('refuses a poll while the answer to another has not been read', () => {
    const [transport] = start();
    const answers = [1, 2, 3].map(() => Object.assign(new EventEmitter(), { writeHead: () => ({ end: vi.fn() }) }));
    const poll = (n: number): void => {
      const request = { method: 'GET', res: answers[n] } as unknown as IncomingMessage & { res: ServerResponse };
      (transport as PollingTransport).onRequest(request);
    };
    poll(0);
    answers[0]?.emit('close');
    poll(1);
    expect([transport.polls.length, transport.errors]).toEqual([2, []]);
    poll(2);
    expect([transport.polls.length, transport.errors]).toEqual([2, ['overlap from client']]);
  });
});
