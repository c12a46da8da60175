import { describe, expect, it } from 'vitest';
import { nameFault } from './text-rules.js';

describe('names', () => {
  it.each(['Ada', 'Zoë', 'Ann\u00a0Lee', '李', '👩\u200d👧', '🏳\ufe0f\u200d🌈', 'می\u200cخواهم', 'क्\u200dष'])(
    'may be %j',
    (name) => {
      expect(nameFault(name)).toBeUndefined();
    },
  );

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
    'a\ud800',
  ])('may not be %j', (name) => {
    expect(nameFault(name)).toBeTypeOf('string');
  });
});
