import { randomBytes, randomFillSync, randomInt } from 'node:crypto';

/** URL-safe random token with `bytes` bytes of entropy. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** Random bytes in stock: asking the CSPRNG costs about the same for few bytes as for many. */
const supply = Buffer.alloc(2_048);
let used = supply.length;

/** `count` lower-case hexadecimal characters from the CSPRNG. */
export function randomHex(count: number): string {
  const bytes = Math.ceil(count / 2);
  if (bytes > supply.length) return randomBytes(bytes).toString('hex').slice(0, count);
  if (used + bytes > supply.length) {
    randomFillSync(supply);
    used = 0;
  }
  return supply.toString('hex', used, (used += bytes)).slice(0, count);
}

/** `length` characters drawn uniformly from `alphabet` without repetition, from the CSPRNG. */
export function randomDistinct(alphabet: string, length: number): string {
  const letters = Array.from(alphabet);
  if (length > letters.length) throw new RangeError('more distinct characters asked for than the alphabet has');
  for (let i = 0; i < length; i++) {
    const j = randomInt(i, letters.length);
    [letters[i], letters[j]] = [letters[j] as string, letters[i] as string];
  }
  return letters.slice(0, length).join('');
}

/** `length` characters, each drawn uniformly from `alphabet` (at most 256 one-unit characters), from the CSPRNG. */
export function randomText(alphabet: string, length: number): string {
  // Bytes above the last whole multiple of the alphabet's length would favor its beginning.
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(2 * (length - text.length))) {
      if (byte < limit && text.length < length) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}
