import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readDirectly } from './direct-reads.js';
import { passWholeFrames, type Receiver } from './whole-frames.js';

const { Receiver: WsReceiver } = createRequire(import.meta.url)('ws') as {
  Receiver: new (options: object) => Receiver;
};

const MASK = [7, 0, 250, 90];
const END = 'the end';

/** A masked frame with a payload of up to 125 bytes; a whole text unless `first` says otherwise. */
function frame(text: string, first = 0x81): Buffer {
  const body = Buffer.from(text).map((byte, i) => byte ^ (MASK[i & 3] as number));
  return Buffer.concat([Buffer.from([first, 0x80 | body.length, ...MASK]), body]);
}

let server: Server;
beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

/** A client, and the server's stream with what it receives. */
async function pair() {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay();
  const [stream] = (await once(server, 'connection')) as [Socket];
  const receiver = new WsReceiver({ isServer: true, maxPayload: 1_000 });
  const heard: string[] = [];
  const texts: Buffer[] = [];
  const onText = vi.fn((text: Buffer) => {
    heard.push(text.toString());
    texts.push(text);
  });
  passWholeFrames(receiver, { takeText: onText });
  receiver.on('message', onText);
  const onData = vi.fn((chunk: Buffer) => receiver.write(chunk));
  stream.on('data', onData);
  stream.on('end', () => {
    heard.push(END);
    stream.end();
  });
  return { client, stream, receiver, heard, texts, onText, onData };
}

describe('readDirectly', () => {
  it('hands over whole texts without the stream, each in its own memory', async () => {
    const { client, stream, receiver, heard, texts, onData } = await pair();
    expect(readDirectly(stream, receiver)).toBe(true);
    for (const text of ['one', 'two', 'six']) {
      client.write(frame(text));
      await vi.waitFor(() => {
        expect(heard.at(-1)).toBe(text);
      });
    }
    expect(texts.map(String)).toEqual(['one', 'two', 'six']);
    expect(onData).not.toHaveBeenCalled();
    client.destroy();
  });

  it('keeps order however the bytes arrive, and while the stream is paused now and then', async () => {
    const { client, stream, receiver, heard, onText } = await pair();
    readDirectly(stream, receiver);
    const sent = Array.from({ length: 2_000 }, (_none, i) => `${i} ${'ä'.repeat(i % 30)}`);
    onText.mockImplementation((text: Buffer) => {
      heard.push(text.toString());
      if (heard.length % 7 > 0) return;
      stream.pause();
      setImmediate(() => stream.resume());
    });
    const bytes = Buffer.concat(
      sent.flatMap((text, i) =>
        i % 5 > 0 ? frame(text) : [frame(text.slice(0, 2), 0x01), frame(text.slice(2), 0x80)],
      ),
    );
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 5 + 3) % 997) {
      client.write(bytes.subarray(at, at + size));
      await nextTurn();
    }
    client.end();
    await vi.waitFor(() => {
      expect(heard.at(-1)).toBe(END);
    });
    expect(heard).toEqual([...sent, END]);
  });

  it('lets others listen to what arrives, through the stream', async () => {
    const { client, stream, receiver, heard, onData } = await pair();
    readDirectly(stream, receiver);
    const other = vi.fn();
    stream.on('data', other);
    client.write(frame('heard by both'));
    await vi.waitFor(() => {
      expect(heard).toEqual(['heard by both']);
    });
    expect([onData.mock.calls.length, other.mock.calls.length]).toEqual([1, 1]);
    client.destroy();
  });

  it('leaves alone streams with something between them and the kernel', async () => {
    const { client, stream, receiver } = await pair();
    expect(readDirectly(new TLSSocket(stream), receiver)).toBe(false);
    client.destroy();
  });
});
