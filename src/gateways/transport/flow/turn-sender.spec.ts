import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { LoopTurns } from './loop-turns.js';
import { loadSendMany } from './native-send.js';
import { OutboundWriter, WriterHost } from './outbound-writer.js';
import { PlainFrame } from './text-frame.js';
import { descriptorOf, type SendMany } from './turn-sender.js';

const TRAFFIC = { connections: 0, messagesIn: 0, messagesOut: 0, bytesIn: 0, bytesOut: 0 };
const frame = (text: string): PlainFrame => new PlainFrame(Buffer.from(text));
const loaded = loadSendMany();

/** A fake kernel that takes `room` bytes of each piece. */
function kernel(room = Infinity) {
  const calls: { fd: number; text: string }[][] = [];
  const sendMany: SendMany = (fds, count, arena, offsets, lengths, sent) => {
    const pieces = Array.from({ length: count }, (_none, i) => {
      const [from, length] = [offsets[i] as number, lengths[i] as number];
      sent[i] = fds[i] === -1 ? 0 : Math.min(room, length);
      return { fd: fds[i] as number, text: Buffer.from(arena.subarray(from, from + length)).toString() };
    });
    calls.push(pieces);
    return pieces.filter(({ text }, i) => sent[i] !== text.length).length;
  };
  return { calls, sendMany };
}

describe.each([
  ['the native function', typeof loaded === 'function' ? loaded : undefined],
  ['a kernel that takes 3 bytes at a time', kernel(3).sendMany],
])('TurnSender with %s', (name, sendMany) => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  const isReal = name === 'the native function';
  if (isReal && sendMany === undefined) {
    it.skip('is not built here', () => undefined);
    return;
  }

  /** A connected pair. @returns the server's socket and what the other side receives */
  async function pair(): Promise<{ socket: net.Socket; client: net.Socket; read: () => string }> {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    const [socket] = (await once(server, 'connection')) as [net.Socket];
    server.close();
    closing.push(() => {
      socket.destroy();
      client.destroy();
    });
    const parts: Buffer[] = [];
    client.on('data', (part: Buffer) => parts.push(part));
    client.on('error', () => undefined);
    socket.on('error', () => undefined);
    return { socket, client, read: () => Buffer.concat(parts).toString() };
  }

  /** A fake kernel delivers nothing, so the other side receives only what goes through the socket. */
  const reached = (text: string): string => (isReal ? text : text.slice(3));

  it.runIf(isReal)('carries megabytes to a slow reader whole and in order, and to others meanwhile', async () => {
    const host = new WriterHost(new LoopTurns(), 64 * 1_048_576, sendMany);
    const slow = await pair();
    const quick = await pair();
    slow.client.pause();
    const writers = [slow, quick].map(({ socket }) => {
      const writer = new OutboundWriter(host, { ...TRAFFIC }, { slowConsumer: () => expect.unreachable() });
      writer.attach(socket);
      return writer;
    });
    let all = '';
    for (let turn = 0; turn < 400; turn++) {
      const text = `${turn}:${String.fromCharCode(97 + (turn % 26)).repeat(20_000)};`;
      all += text;
      for (const writer of writers) writer.send(frame(text));
      await nextTurn();
    }
    await expect.poll(() => quick.read().length).toBe(all.length);
    expect(slow.read().length).toBeLessThan(all.length);
    slow.client.resume();
    await expect.poll(() => slow.read().length, { timeout: 20_000 }).toBe(all.length);
    expect(slow.read() === all && quick.read() === all).toBe(true);
  });

  it('lets nothing overtake what it holds: control frames, later frames, the end', async () => {
    const turns = new LoopTurns();
    const host = new WriterHost(turns, 1_000, sendMany);
    const { socket, client, read } = await pair();
    const writer = new OutboundWriter(host, { ...TRAFFIC }, { slowConsumer: () => undefined });
    writer.attach(socket);
    turns.settleThisTurn({
      runTurn: () => {
        writer.send(frame('first;'));
        writer.send(frame('second;'));
        writer.control(Buffer.from('control;'));
        writer.send(frame('third;'));
        writer.flush();
        socket.end('end');
      },
    });
    await once(client, 'end');
    expect(read()).toBe([reached('first;'), reached('second;'), 'control;', reached('third;'), 'end'].join(''));
  });

  it('leaves alone a socket that was destroyed in the same turn', async () => {
    const turns = new LoopTurns();
    const host = new WriterHost(turns, 1_000, sendMany);
    const gone = await pair();
    const other = await pair();
    const writers = [gone, other].map(({ socket }) => {
      const writer = new OutboundWriter(host, { ...TRAFFIC }, { slowConsumer: () => undefined });
      writer.attach(socket);
      return writer;
    });
    turns.settleThisTurn({
      runTurn: () => {
        for (const writer of writers) writer.send(frame('for both'));
        gone.socket.destroy();
      },
    });
    await expect.poll(other.read).toBe(reached('for both'));
    expect(gone.read()).toBe('');
  });
});

describe('TurnSender', () => {
  it('calls the kernel once per turn, with one copy of what everybody gets', async () => {
    const { calls, sendMany } = kernel();
    const turns = new LoopTurns();
    const host = new WriterHost(turns, 1_000, sendMany);
    const fake = (fd: number) =>
      Object.assign(Object.create(net.Socket.prototype) as net.Socket, { _handle: { fd } }) as never;
    const writers = [3, 4, 5].map((fd) => {
      const writer = new OutboundWriter(host, { ...TRAFFIC }, { slowConsumer: () => undefined });
      writer.attach(Object.defineProperties(fake(fd), { writable: { value: true }, writableLength: { value: 0 } }));
      return writer;
    });
    const hello = frame('hello');
    for (const writer of writers) writer.send(hello);
    writers[2]?.send(frame('!'));
    await nextTurn();
    expect(calls).toEqual([
      [
        { fd: 3, text: 'hello' },
        { fd: 4, text: 'hello' },
        { fd: 5, text: 'hello!' },
      ],
    ]);
  });

  it('is for plain TCP only', () => {
    expect(descriptorOf(new PassThrough())).toBe(-1);
    expect(descriptorOf(new net.Socket())).toBe(-1);
  });
});
