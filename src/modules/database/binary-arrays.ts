/**
 * Array parameters in PostgreSQL's binary format: long ones cost a fraction of their text form, on both sides. The
 * statement must declare them as such arrays; `null` stands for NULL.
 */

/** Object ids of the element types, the same in every database. */
const TYPES = { bytea: 17, integer: 23, text: 25, timestamptz: 1184 } as const;
/** Number of dimensions, whether there are NULLs, element type; then length and first index of the only dimension. */
const HEAD = 20;
const EPOCH_MS = Date.UTC(2000, 0, 1);

export function integers(values: readonly (number | null)[]): Buffer {
  return encode('integer', values, 4 * values.length, (value, buffer, at) => buffer.writeInt32BE(value, at) - at);
}

/** @param values milliseconds since 1970 */
export function timestamps(values: readonly number[]): Buffer {
  return encode('timestamptz', values, 8 * values.length, (value, buffer, at) => {
    return buffer.writeBigInt64BE(BigInt(Math.round((value - EPOCH_MS) * 1_000)), at) - at;
  });
}

export function texts(values: readonly (string | null)[]): Buffer {
  let bytes = 0;
  for (const value of values) if (value !== null) bytes += Buffer.byteLength(value);
  return encode('text', values, bytes, (value, buffer, at) => buffer.write(value, at));
}

export function byteStrings(values: readonly (Buffer | null)[]): Buffer {
  let bytes = 0;
  for (const value of values) bytes += value?.length ?? 0;
  return encode('bytea', values, bytes, (value, buffer, at) => value.copy(buffer, at));
}

/**
 * @param bytes of all elements, at least
 * @param write writes an element at an offset and returns its bytes
 */
function encode<T>(
  type: keyof typeof TYPES,
  values: readonly (T | null)[],
  bytes: number,
  write: (value: T, buffer: Buffer, at: number) => number,
): Buffer {
  const buffer = Buffer.allocUnsafe(HEAD + 4 * values.length + bytes);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(TYPES[type], 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16);
  let at = HEAD;
  for (const value of values) {
    const length = value === null ? 0 : write(value, buffer, at + 4);
    buffer.writeInt32BE(value === null ? -1 : length, at);
    at += 4 + length;
  }
  // NULLs took no space.
  return buffer.subarray(0, at);
}
