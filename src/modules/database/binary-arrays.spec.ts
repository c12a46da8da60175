import { describe, expect, it } from 'vitest';
import { byteStrings, integers, texts, timestamps } from './binary-arrays.js';

/** The part after the header: each element's length and bytes. */
const elements = (buffer: Buffer) => buffer.subarray(20).toString('hex');

describe('binary arrays', () => {
  it('declare the type of their elements', () => {
    expect(integers([1, 2, 3]).subarray(0, 20).toString('hex')).toBe(
      '00000001' + '00000001' + '00000017' + '00000003' + '00000001',
    );
  });

  it('contain numbers, texts in UTF-8, bytes and NULL', () => {
    expect(elements(integers([-2, null]))).toBe('00000004fffffffe' + 'ffffffff');
    expect(elements(texts(['é', null, '']))).toBe('00000002c3a9' + 'ffffffff' + '00000000');
    expect(elements(byteStrings([Buffer.from([1, 0]), null]))).toBe('000000020100' + 'ffffffff');
  });

  it('count times in microseconds since 2000', () => {
    expect(elements(timestamps([Date.UTC(2000, 0, 1) + 1]))).toBe('00000008' + '00000000000003e8');
  });
});
