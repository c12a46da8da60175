import { type Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LoopTurns } from './loop-turns.js';
import { OutboundWriter, WriterHost } from './outbound-writer.js';
import { joinFrames, textFrame } from './text-frame.js';

const LIMIT = 1_000;

function writer() {
  const turns = new LoopTurns();
  const written: string[] = [];
  const socket = {
    writable: true,
    writableLength: 0,
    write: (bytes: Buffer) => written.push(texts(bytes).join('+')),
  };
  const traffic = { messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0 };
  let slow = 0;
  const owner = {
    slowConsumer: () => {
      slow++;
      subject.discard();
    },
  };
  const subject = new OutboundWriter(new WriterHost(turns, LIMIT), traffic as never, owner);
  return { turns, written, socket, traffic, subject, slowness: () => slow };
}

/** The payloads of short unmasked frames. */
function texts(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] as number)) {
    found.push(bytes.toString('utf8', at + 2, at + 2 + (bytes[at + 1] as number)));
  }
  return found;
}

/** Sends `frames` at the point of the turn where the hub hands over what it has collected. */
function atTurnEnd(turns: LoopTurns, send: () => void): void {
  turns.settleThisTurn({ runTurn: send });
}

describe('OutboundWriter', () => {
  it('takes unrequested frames until half the limit is waiting, and any size when nothing is', () => {
    const { socket, subject } = writer();
    subject.attach(socket as unknown as Duplex);
    expect(subject.takes(10 * LIMIT)).toBe(true);
    socket.writableLength = 100;
    expect([subject.takes(LIMIT / 2 - 100), subject.takes(LIMIT / 2 - 99)]).toEqual([true, false]);
  });

  it('writes the frames of a turn in one piece, in order, and counts each', async () => {
    const { written, socket, traffic, subject } = writer();
    subject.attach(socket as unknown as Duplex);
    for (const text of ['a', 'b', 'c']) subject.send(textFrame(text));
    subject.send(joinFrames([textFrame('d'), textFrame('e')]));
    expect(written).toEqual([]);
    expect(subject.queuedBytes).toBe(15);
    await nextTurn();
    expect(written).toEqual(['a+b+c+d+e']);
    expect(traffic).toMatchObject({ messagesOut: 5, bytesOut: 15 });
    expect(subject.queuedBytes).toBe(0);
  });

  it('writes frames sent at the end of a turn at once if nothing was sent before', async () => {
    const { turns, written, socket, traffic, subject } = writer();
    subject.attach(socket as unknown as Duplex);
    let during: string[] = [];
    atTurnEnd(turns, () => {
      subject.send(textFrame('a'));
      during = [...written];
    });
    await nextTurn();
    expect(during).toEqual(['a']);
    expect(written).toEqual(['a']);
    expect(traffic).toMatchObject({ messagesOut: 1, bytesOut: 3 });
  });

  it('writes frames sent at the end of a turn after those sent earlier in it, in one piece', async () => {
    const { turns, written, socket, subject } = writer();
    subject.attach(socket as unknown as Duplex);
    atTurnEnd(turns, () => {
      subject.send(textFrame('b'));
    });
    subject.send(textFrame('a'));
    await nextTurn();
    expect(written).toEqual(['a+b']);
  });

  it('shares the joined bytes between connections that were sent the same', async () => {
    const turns = new LoopTurns();
    const host = new WriterHost(turns, LIMIT);
    const pieces: Buffer[] = [];
    const socket = { writable: true, writableLength: 0, write: (bytes: Buffer) => pieces.push(bytes) };
    const frames = [textFrame('a'), textFrame('b')];
    for (let i = 0; i < 2; i++) {
      const subject = new OutboundWriter(host, {} as never, { slowConsumer: () => undefined });
      subject.attach(socket as unknown as Duplex);
      for (const frame of frames) subject.send(frame);
    }
    await nextTurn();
    expect(pieces).toHaveLength(2);
    expect(pieces[0]).toBe(pieces[1]);
  });

  it('holds back what a slow consumer has no room for, and gives it up two turns later', async () => {
    const { turns, written, socket, subject, slowness } = writer();
    subject.attach(socket as unknown as Duplex);
    socket.writableLength = LIMIT - 2;
    atTurnEnd(turns, () => {
      subject.send(textFrame('late'));
    });
    await nextTurn();
    expect([written, slowness()]).toEqual([[], 0]);
    await nextTurn();
    expect([written, slowness()]).toEqual([[], 1]);
  });

  it('writes what was waiting as soon as the reader has caught up', async () => {
    const { written, socket, subject, slowness } = writer();
    subject.attach(socket as unknown as Duplex);
    socket.writableLength = LIMIT - 2;
    subject.send(textFrame('a'));
    await nextTurn();
    socket.writableLength = 0;
    subject.send(textFrame('b'));
    await nextTurn();
    expect([written, slowness()]).toEqual([['a+b'], 0]);
  });

  it('keeps what is sent before there is a socket', async () => {
    const { turns, written, socket, subject } = writer();
    atTurnEnd(turns, () => {
      subject.send(textFrame('early'));
    });
    await nextTurn();
    subject.attach(socket as unknown as Duplex);
    expect(written).toEqual(['early']);
  });

  it('drops what is sent after the socket has ended', async () => {
    const { turns, written, socket, subject } = writer();
    subject.attach(socket as unknown as Duplex);
    socket.writable = false;
    subject.send(textFrame('a'));
    atTurnEnd(turns, () => {
      subject.send(textFrame('b'));
    });
    await nextTurn();
    expect([written, subject.queuedBytes]).toEqual([[], 0]);
  });
});
