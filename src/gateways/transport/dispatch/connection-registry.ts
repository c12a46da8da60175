/** A connection remembers its place, so that removing it needs no search. */
export interface Registered {
  registryIndex: number;
  registrySlot: number;
}

/**
 * All connections of one transport on this node, spread over slots so that periodic work handles one slot at a time.
 * Adding and removing take constant time.
 */
export class ConnectionRegistry<C extends Registered> {
  private readonly slots: C[][];
  private nextSlot = 0;
  size = 0;

  constructor(readonly slotCount: number) {
    this.slots = Array.from({ length: slotCount }, () => []);
  }

  add(connection: C): void {
    const slot = this.nextSlot;
    this.nextSlot = (slot + 1) % this.slotCount;
    const list = this.slot(slot);
    connection.registrySlot = slot;
    connection.registryIndex = list.length;
    list.push(connection);
    this.size++;
  }

  remove(connection: C): void {
    if (connection.registrySlot < 0) return;
    const list = this.slot(connection.registrySlot);
    const last = list.pop();
    if (last !== undefined && last !== connection) {
      list[connection.registryIndex] = last;
      last.registryIndex = connection.registryIndex;
    }
    connection.registrySlot = -1;
    this.size--;
  }

  /** A copy of one slot's connections, so that they may leave meanwhile. */
  inSlot(slot: number): C[] {
    return [...this.slot(slot)];
  }

  *[Symbol.iterator](): Iterator<C> {
    for (const slot of this.slots) yield* slot;
  }

  private slot(index: number): C[] {
    return this.slots[index] as C[];
  }
}
