import { type EphemeralStore, type LifeTime } from '../ephemeral-store.js';
import { type BusCall } from './bus-messages.js';

type StoreCall = Extract<BusCall, readonly [`store.${string}`, ...unknown[]]>;

/** The entries of a store with whom they live: one without life time goes with the worker that wrote it last. */
export class OwnedEntries<Owner> {
  private readonly owners = new Map<string, Owner>();
  private readonly keys = new Map<Owner, Set<string>>();

  /** @param store changes in the turn in which it is called, in the order of calls */
  constructor(private readonly store: EphemeralStore) {}

  async run(owner: Owner, call: StoreCall): Promise<unknown> {
    const { store } = this;
    switch (call[0]) {
      case 'store.get':
        return store.get(call[1]);
      case 'store.take': {
        const value = await store.take(call[1]);
        this.disown(call[1]);
        return value;
      }
      case 'store.claim':
        return this.written(owner, call[1], call[3], await store.claim(call[1], call[2], call[3]));
      case 'store.swap': {
        const before = await store.swap(call[1], call[2], call[3]);
        this.written(owner, call[1], call[3], true);
        return before;
      }
      case 'store.swapAll':
        await store.swapAll(call[1], call[2], call[3]);
        for (const key of call[1]) this.written(owner, key, call[3], true);
        return undefined;
      case 'store.releaseAll': {
        const [, keys, value] = call;
        const released = await Promise.all(keys.map((key) => this.run(owner, ['store.release', key, value])));
        return released.filter(Boolean).length;
      }
      case 'store.replace':
        return this.written(owner, call[1], call[4], await store.replace(call[1], call[2], call[3], call[4]));
      case 'store.release': {
        const released = await store.release(call[1], call[2]);
        if (released) this.disown(call[1]);
        return released;
      }
      case 'store.increment': {
        const sum = await store.increment(call[1], call[2], call[3]);
        this.written(owner, call[1], call[3], sum !== undefined);
        return sum;
      }
    }
  }

  /** Removes what lives with `owner`. */
  release(owner: Owner): void {
    for (const key of this.keys.get(owner) ?? []) {
      this.owners.delete(key);
      void this.store.take(key);
    }
    this.keys.delete(owner);
  }

  private written(owner: Owner, key: string, life: LifeTime | undefined, changed: boolean): boolean {
    if (!changed) return false;
    this.disown(key);
    if (life?.ttlMs === undefined) {
      this.owners.set(key, owner);
      let keys = this.keys.get(owner);
      if (keys === undefined) this.keys.set(owner, (keys = new Set()));
      keys.add(key);
    }
    return true;
  }

  private disown(key: string): void {
    const owner = this.owners.get(key);
    if (owner === undefined) return;
    this.owners.delete(key);
    this.keys.get(owner)?.delete(key);
  }
}
