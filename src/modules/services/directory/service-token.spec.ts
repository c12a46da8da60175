import { describe, expect, it } from 'vitest';
import { canonicalToken, newServiceToken, tokenDigest } from './service-token.js';

const TOKEN = '0f8fad5b-d9cb-469f-a165-70867728950e';
const BARE = TOKEN.replaceAll('-', '');

describe('canonicalToken', () => {
  it.each([
    TOKEN,
    TOKEN.toUpperCase(),
    BARE,
    BARE.toUpperCase(),
    `{${TOKEN}}`,
    `{{}${TOKEN}}{`,
    `urn:uuid:${TOKEN}`,
    `uuid:${TOKEN}`,
    `{urn:uuid:${TOKEN}}`,
    `-0-${BARE.slice(1)}--`,
    `0f8furn:ad5b-d9cb-469f-a165-70867728950e`,
    // Python reads the 32 characters as a number, so everything that is valid in a number counts.
    `+${BARE.slice(1)}`,
    ` ${BARE.slice(1)}`,
    `\t${BARE.slice(1)}`,
  ])('reads %j', (spelling) => {
    expect(canonicalToken(spelling)).toBe(TOKEN);
  });

  it.each([
    '',
    'HRSC',
    BARE.slice(1),
    `${BARE}0`,
    `URN:UUID:${TOKEN}`,
    `(${TOKEN})`,
    `g${BARE.slice(1)}`,
    `0x${BARE}`,
    `0__${BARE.slice(3)}`,
    `_${BARE.slice(1)}`,
    `${BARE.slice(1)}_`,
    '\u{1d7d8}'.repeat(32),
    '-'.repeat(1_000),
  ])('does not accept %j as a token', (text) => {
    expect(canonicalToken(text)).toBeUndefined();
  });

  it('pads a number with fewer digits', () => {
    expect(canonicalToken(`0x${'f'.repeat(30)}`)).toBe('00ffffff-ffff-ffff-ffff-ffffffffffff');
    expect(canonicalToken(`f_${'f'.repeat(30)}`)).toBe('0fffffff-ffff-ffff-ffff-ffffffffffff');
  });

  it('leaves new tokens as they are, so that a login finds their digest', () => {
    const token = newServiceToken();
    expect(canonicalToken(token)).toBe(token);
    expect(tokenDigest(canonicalToken(token.toUpperCase()) ?? '')).toEqual(tokenDigest(token));
  });
});
