/** The position of a connection in a list over all nodes. */
export interface ConnectionPlace {
  /** When it began or ended, in milliseconds since the epoch. */
  readonly at: number;
  readonly node: string;
  readonly serial: number;
}

/** @returns a negative number when `a` comes first */
export function comparePlaces(a: ConnectionPlace, b: ConnectionPlace): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.node !== b.node) return a.node < b.node ? -1 : 1;
  return a.serial - b.serial;
}

export function encodePlace({ at, node, serial }: ConnectionPlace): string {
  return Buffer.from(`${at}.${node}.${serial}`).toString('base64url');
}

/** The place a cursor stands for; `undefined` when it is not one of ours. */
export function decodePlace(cursor: string): ConnectionPlace | undefined {
  const [, at, node = '', serial] =
    /^(\d{1,15})\.([0-9a-f]{1,32})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const place = { at: Number(at), node, serial: Number(serial) };
  return node !== '' && encodePlace(place) === cursor ? place : undefined;
}
