export interface Most {
  readonly address: number;
  readonly all: number;
}

const MOST: Most = { address: 16_777_216, all: 134_217_728 };

/**
 * How many bytes of incomplete input from unknown senders one address may have in memory, and all addresses together.
 * An address that holds nothing may always send one thing, so that nobody can lock others out.
 */
export class HeldBytes {
  private readonly held = new Map<string, number>();
  /** Bytes currently held, of all addresses. */
  all = 0;

  constructor(private readonly most = MOST) {}

  /** @param own bytes that the thing in question holds already; a single thing is never too much */
  isFull(key: string, own: number, more: number): boolean {
    const held = this.held.get(key) ?? 0;
    return held > own && (held + more > this.most.address || this.all + more > this.most.all);
  }

  add(key: string, bytes: number): void {
    const held = (this.held.get(key) ?? 0) + bytes;
    if (held > 0) this.held.set(key, held);
    else this.held.delete(key);
    this.all += bytes;
  }
}
