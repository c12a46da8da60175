import { describe, expect, it } from 'vitest';
import { nameFault } from './text-rules.js';

describe('names', () => {
  it.each([
    'Ada',
    'Zoë',
    'Ann\u00a0Lee',
    '李',
    '葛\u{e0100}城',
    '👩\u200d👧',
    '🏳\ufe0f\u200d🌈',
    '❤\ufe0f',
    '1\ufe0f\u20e3',
    'ᠠ\u180bᠨ',
    'می\u200cخواهم',
    'क्\u200dष',
    '한글',
  ])('may be %j', (name) => {
    expect(nameFault(name)).toBeUndefined();
  });

  it.each([
    'a\u0000b',
    'a\nb',
    'a\u007fb',
    'a\u0085b',
    'a\u00adb',
    'a\u200bb',
    'a\u200cb',
    'a\u200db',
    'б\u200dб',
    '\u200d',
    'a\u200eb',
    'a\u061cb',
    'a\u202eb',
    'a\u2028b',
    'a\u2060b',
    'a\u2066b',
    'a\ufeffb',
    'a\ufe0fb',
    'a1\ufe0f',
    'a\u034fb',
    'a\u{e0100}b',
    '\u115f',
    '\u3164',
    '\uffa0',
    '\u2800',
    'a\ud800',
  ])('may not be %j', (name) => {
    expect(nameFault(name)).toBeTypeOf('string');
  });
});
