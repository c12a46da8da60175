export interface Most {
  readonly address: number;
  readonly all: number;
}

const MOST: Most = { address: 16_777_216, all: 134_217_728 };

/**
 * How many bytes of what is not complete yet, before anybody knows whose it is, an address may have under way, and all
 * together. An address that holds nothing may send one thing in any case, so that nobody can lock the others out.
 */
export class HeldBytes {
  private readonly held = new Map<string, number>();
  /** Under way, of all. */
  all = 0;

  constructor(private readonly most = MOST) {}

  /** @param own bytes of the thing in question: one alone is never too much */
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
