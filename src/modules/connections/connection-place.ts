/** Where a connection stands in the order of coming over all nodes. */
export interface ConnectionPlace {
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly node: string;
  readonly serial: number;
}

/** Negative when `a` comes first. */
export function comparePlaces(a: ConnectionPlace, b: ConnectionPlace): number {
  if (a.connectedAt !== b.connectedAt) return a.connectedAt - b.connectedAt;
  if (a.node !== b.node) return a.node < b.node ? -1 : 1;
  return a.serial - b.serial;
}

export function encodePlace({ connectedAt, node, serial }: ConnectionPlace): string {
  return Buffer.from(`${connectedAt}.${node}.${serial}`).toString('base64url');
}

/** The place a cursor stands for; `undefined` when it is none of ours. */
export function decodePlace(cursor: string): ConnectionPlace | undefined {
  const [, connectedAt, node = '', serial] =
    /^(\d{1,15})\.([0-9a-f]{1,32})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const place = { connectedAt: Number(connectedAt), node, serial: Number(serial) };
  return node !== '' && encodePlace(place) === cursor ? place : undefined;
}
