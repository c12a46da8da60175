import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { passWholeFrames, type Receiver } from './whole-frames.js';

type ReceiverClass = new (options: object) => Receiver;
const { Receiver: WsReceiver } = createRequire(import.meta.url)('ws') as { Receiver: ReceiverClass };

const MAX = 70_000;
const LIMITS = { isServer: true, maxFragments: 16, maxBufferedChunks: 262_144 };

/** What a receiver emits, and whether each chunk bypassed it. */
function receiver(isQuick: boolean, maxPayload = MAX) {
  const said: string[] = [];
  let writes = 0;
  const made = new WsReceiver({ ...LIMITS, maxPayload });
  const takeIn = made._write.bind(made);
  made._write = (...args) => {
    writes++;
    takeIn(...args);
  };
  if (isQuick) passWholeFrames(made, { takeText: (text) => made.emit('message', text, false) });
  made.on('message', (data: Buffer, binary: boolean) =>
    said.push(`${binary ? 'binary' : 'text'} ${data.toString('hex')}`),
  );
  for (const event of ['ping', 'pong']) made.on(event, (data: Buffer) => said.push(`${event} ${data.toString('hex')}`));
  made.on('conclude', (code: number, reason: Buffer) => said.push(`close ${code} ${reason.toString()}`));
  made.on('error', (error: Error & { code?: string }) => said.push(`error ${error.code}`));
  return {
    said,
    feed(chunks: readonly Buffer[]) {
      for (const chunk of chunks) if (!made.destroyed) made.write(Buffer.from(chunk));
    },
    get writes() {
      return writes;
    },
  };
}

/** A masked frame. */
function frame(payload: Buffer | string, first = 0x81, { mask = [1, 2, 3, 200], wide = false } = {}): Buffer {
  const body = Buffer.from(payload);
  const { length } = body;
  const size = length > 65_535 ? 10 : length > 125 || wide ? 4 : 2;
  const head = Buffer.alloc(size + 4);
  head[0] = first;
  head[1] = 0x80 | (size === 2 ? length : size === 4 ? 126 : 127);
  if (size === 4) head.writeUInt16BE(length, 2);
  if (size === 10) head.writeBigUInt64BE(BigInt(length), 2);
  head.set(mask, size);
  return Buffer.concat([head, body.map((byte, i) => byte ^ (mask[i & 3] as number))]);
}

const unmasked = (text: string): Buffer => Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);

const FRAMES: Record<string, Buffer[]> = {
  'one message': [frame('{"message":"hi"}')],
  'an empty one': [frame(''), frame('after')],
  'a mask of zeros': [frame('plain', 0x81, { mask: [0, 0, 0, 0] })],
  'many of all lengths': [0, 1, 125, 126, 127, 255, 256, 257, 258, 259, 4_096, 65_535, 65_536, 3].map((length) =>
    frame('ö'.repeat(length >> 1).padEnd(length, 'x')),
  ),
  'a length written longer than it needs to be': [frame('short', 0x81, { wide: true }), frame('next')],
  'eight bytes of length, and no mask': [frame('x'.repeat(65_536), 0x81, { mask: [0, 0, 0, 0] })],
  'a second byte that looks like a first one': [0, 1].map((at) => {
    const bytes = frame('z', 0x81, { mask: [0x80, 1, 2, 3] });
    return at === 0 ? bytes.subarray(0, 1) : bytes.subarray(1);
  }),
  'two bytes that are wrong, and a message': [frame('a'), Buffer.from([0x83, 0x81]), frame('b')],
  'binary between text': [frame('a'), frame(Buffer.from([255, 0, 254]), 0x82), frame('b')],
  'a ping between text': [frame('a'), frame('p', 0x89), frame('b'), frame('q', 0x8a), frame('c')],
  'fragments, and a ping between them': [
    frame('a', 0x01),
    frame('p', 0x89),
    frame('b', 0x00),
    frame('c', 0x80),
    frame('d'),
  ],
  'text inside of a fragmented message': [frame('a', 0x01), frame('b'), frame('c', 0x80)],
  'what is not UTF-8': [frame('a'), frame(Buffer.from([0x61, 0xff])), frame('b')],
  'a long one that is not UTF-8': [frame(Buffer.alloc(400, 0xc3)), frame('b')],
  'half a character in each of two fragments': [
    frame(Buffer.from([0xc3]), 0x01),
    frame(Buffer.from([0xb6]), 0x80),
    frame('b'),
  ],
  'a message that is too long': [frame('a'), frame('x'.repeat(MAX + 1)), frame('b')],
  'one that just fits': [frame('x'.repeat(MAX)), frame('b')],
  'no mask': [frame('a'), unmasked('b'), frame('c')],
  'a reserved bit': [frame('a'), frame('b', 0xc1), frame('c')],
  'an unknown opcode': [frame('a'), frame('b', 0x83)],
  'what comes behind a close frame': [frame('a'), frame(Buffer.from([0x03, 0xe8, 0x61]), 0x88), frame('b')],
  'more fragments than may be': [
    ...Array.from({ length: 20 }, (_none, i) => frame('x', i === 0 ? 0x01 : 0x00)),
    frame('', 0x80),
  ],
};

function cut(bytes: Buffer, every: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / every) }, (_none, i) =>
    bytes.subarray(i * every, (i + 1) * every),
  );
}

/** The same random numbers each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

/** What ws's own receiver emits for the same chunks. */
async function expectSame(chunks: readonly Buffer[], maxPayload = MAX): Promise<string[]> {
  const [own, quick] = [receiver(false, maxPayload), receiver(true, maxPayload)];
  own.feed(chunks);
  quick.feed(chunks);
  // Errors are reported a little later.
  await nextTurn();
  expect(quick.said).toEqual(own.said);
  return quick.said;
}

describe('passWholeFrames', () => {
  it.each(Object.entries(FRAMES))('says of %s what ws says, however it is cut', async (_name, frames) => {
    const all = Buffer.concat(frames);
    await expectSame(frames);
    await expectSame(frames, 256);
    for (const size of [1_000_000, 30_000, 1_499, 64, 13, 7, 3, 2, 1]) {
      if (all.length / size < 4_000) await expectSame(cut(all, size));
    }
  });

  it('emits the same for any mixture', async () => {
    const next = random(7);
    const sets = Object.values(FRAMES);
    const good: Buffer[][] = [];
    for (const frames of sets) if (!/error|close/.test((await expectSame(frames)).join())) good.push(frames);
    const any = (of: readonly Buffer[][]): Buffer => Buffer.concat(of[Math.floor(next() * of.length)] as Buffer[]);
    let messages = 0;
    for (let round = 0; round < 30; round++) {
      const bytes = Buffer.concat([...Array.from({ length: 6 }, () => any(good)), any(sets)]);
      messages += (await expectSame(cut(bytes, 4 + Math.floor(next() ** 3 * bytes.length)))).length;
    }
    expect(messages).toBeGreaterThan(300);
  });

  it('lets whole text messages bypass the receiver, and only those', () => {
    const quick = receiver(true);
    quick.feed([frame('a'), Buffer.concat([frame('b'), frame('c'.repeat(300))])]);
    expect([quick.said.length, quick.writes]).toEqual([3, 0]);
    quick.feed([Buffer.concat([frame('d'), frame('p', 0x89), frame('e')]), frame('f')]);
    expect([quick.said.length, quick.writes]).toEqual([7, 1]);
  });
});
