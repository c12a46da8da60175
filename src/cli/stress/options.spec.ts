import { describe, expect, it } from 'vitest';
import { readOptions } from './options.js';

const SELF = 4_242;
const read = (...args: string[]) => readOptions(args, SELF)!;

describe('options of a stress run', () => {
  it('end no process by default', () => {
    expect(read()).toMatchObject({ addresses: ['http://localhost:3000'], urls: 1, processes: [], pids: 0, seed: '1' });
  });

  it('take several addresses and processes', () => {
    expect(read('--urls', 'http://a:1/, https://b', '--pids', '7,8')).toMatchObject({
      addresses: ['http://a:1', 'https://b'],
      urls: 2,
      processes: [7, 8],
      pids: 2,
    });
  });

  it.each([
    [['--pids', '0'], /--pids: 0/],
    [['--pids', '1'], /--pids: 1/],
    [['--pids', '-5'], /pids/],
    [['--pids', '7,x'], /--pids: x/],
    [['--pids', String(SELF)], /--pids: 4242/],
    [['--url', 'ftp://a'], /ftp:\/\/a is not an http/],
    [['--duration', '0'], /--duration must be/],
    [['--clients', '3'], /--clients must be/],
    [['--scenarios', 'storms,tea'], /tea is not one of/],
    [['--sead', '1'], /sead/],
  ] as const)('refuse %j', (args, expected) => {
    expect(() => read(...args)).toThrow(expected);
  });
});
