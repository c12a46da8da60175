import { describe, expect, it } from 'vitest';
import { isMachineKey, isWellFormed, newMachineKey } from './machine-key.js';

describe('machine keys', () => {
  it('have a prefix, 256 random bits and a checksum that anybody can compute', () => {
    const { key, prefix, digest } = newMachineKey();
    expect(key).toMatch(/^sbk_[0-9A-Za-z]{49}$/);
    expect([isMachineKey(key), isWellFormed(key), digest.length]).toEqual([true, true, 32]);
    expect(key.startsWith(prefix)).toBe(true);
    expect(newMachineKey().key).not.toBe(key);
    // A fixed key: existing scanners and clients must continue to recognize keys.
    expect(isWellFormed(`sbk_${'0'.repeat(43)}3O5alj`)).toBe(true);
  });

  it('detect every mistyped, truncated or lengthened key', () => {
    const { key } = newMachineKey();
    for (let i = 4; i < key.length; i++) {
      const other = key[i] === 'a' ? 'b' : 'a';
      expect(isWellFormed(key.slice(0, i) + other + key.slice(i + 1)), String(i)).toBe(false);
    }
    const wrong = [key.slice(0, -1), `${key}0`, `${key} `, key.toUpperCase(), '', 'sbk_', `sbk_${'-'.repeat(49)}`];
    for (const each of wrong) expect(isWellFormed(each)).toBe(false);
  });
});
