import { describe, expect, it } from 'vitest';
import { joinFrames, splicedFrame, textFrame, wrappedFrame } from './text-frame.js';

/** The payload of one unmasked text frame that fills `bytes`. */
function payload(bytes: Buffer): Buffer {
  expect(bytes[0]).toBe(0x81);
  const short = bytes[1] as number;
  const [at, length] =
    short < 126 ? [2, short] : short === 126 ? [4, bytes.readUInt16BE(2)] : [10, Number(bytes.readBigUInt64BE(2))];
  expect(bytes.length).toBe(at + length);
  return bytes.subarray(at);
}

describe('frames', () => {
  it('hold what they were made of, at every size of header and memory', () => {
    const kept: (readonly [Buffer, string])[] = [];
    for (const size of [
      0, 1, 124, 125, 126, 127, 3_990, 4_096, 5_001, 16_380, 16_400, 65_534, 65_535, 65_536, 100_000,
    ]) {
      const text = String.fromCharCode(97 + (size % 26)).repeat(size);
      kept.push([textFrame(text).bytes, text]);
      kept.push([textFrame(Buffer.from(text)).bytes, text]);
      kept.push([wrappedFrame('<', text, '>').bytes, `<${text}>`]);
      kept.push([wrappedFrame('<', Buffer.from(text), '>').bytes, `<${text}>`]);
      kept.push([splicedFrame(Buffer.from(text), Buffer.from(',tail}')).bytes, `${text},tail}`]);
    }
    // Compared at the end: no frame may lie in the memory of another.
    for (const [bytes, text] of kept) expect(payload(bytes).equals(Buffer.from(text))).toBe(true);
  });

  it('stay as they are while many more are made', () => {
    const all = Array.from({ length: 200 }, (_, i) => splicedFrame(Buffer.alloc(4_096 + i, i), Buffer.from([i])));
    for (const [i, frame] of all.entries()) expect(payload(frame.bytes).every((byte) => byte === i)).toBe(true);
  });

  it('are counted when they are joined', () => {
    const [a, b, c] = [textFrame('a'), textFrame('b'), textFrame('c')];
    const joined = joinFrames([joinFrames([a, b]), c]);
    expect(joined.count).toBe(3);
    expect(joined.length).toBe(9);
    expect(joined.bytes.equals(Buffer.concat([a.bytes, b.bytes, c.bytes]))).toBe(true);
  });
});
