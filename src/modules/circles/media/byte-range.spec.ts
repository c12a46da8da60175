import { describe, expect, it } from 'vitest';
import { byteRange } from './byte-range.js';

describe('byteRange', () => {
  it.each([
    [undefined, undefined],
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=50-1000', { start: 50, end: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-0', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,4-5', undefined],
    ['lines=0-9', undefined],
    ['bytes=1e1-', undefined],
  ])('of 100 bytes understands %j as %j', (header, range) => {
    expect(byteRange(header, 100)).toEqual(range);
  });

  it('finds nothing in nothing', () => {
    expect(byteRange('bytes=0-', 0)).toBe('unsatisfiable');
  });
});
