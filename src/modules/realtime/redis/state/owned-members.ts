import { type PresenceSet } from '../../ports/presence-set.js';

/** A member that this node keeps in Redis. */
export interface OwnedMember {
  /** As JSON. */
  data: string;
  /** Place in the set; 0 = not known yet. */
  order: number;
  generation: number;
  /** Whether its data changed while Redis could not be written. */
  changed: boolean;
  /** Whether it has been in Redis, as far as this node knows. */
  written: boolean;
}

/** This node's members, remembered so that they can be rewritten after a loss, and removed later if Redis was away. */
export class OwnedMembers {
  readonly sets = new Map<PresenceSet, Map<string, OwnedMember>>();
  /** Members that left while Redis could not be written. */
  readonly leaving = new Map<PresenceSet, Set<string>>();

  get(set: PresenceSet, id: string): OwnedMember | undefined {
    return this.sets.get(set)?.get(id);
  }

  /** @returns whether it is the first of its set */
  add(set: PresenceSet, id: string, member: OwnedMember): boolean {
    this.forgetLeaving(set, id);
    const members = this.sets.get(set);
    if (members !== undefined) {
      members.set(id, member);
      return false;
    }
    this.sets.set(set, new Map([[id, member]]));
    return true;
  }

  /** @returns whether it was the last of its set */
  remove(set: PresenceSet, id: string): boolean {
    const members = this.sets.get(set);
    if (!members?.delete(id) || members.size > 0) return false;
    this.sets.delete(set);
    return true;
  }

  /** Marks a member for removal when Redis is back. */
  addLeaving(set: PresenceSet, id: string): void {
    const ids = this.leaving.get(set);
    if (ids === undefined) this.leaving.set(set, new Set([id]));
    else ids.add(id);
  }

  forgetLeaving(set: PresenceSet, id: string): void {
    const ids = this.leaving.get(set);
    if (ids?.delete(id) && ids.size === 0) this.leaving.delete(set);
  }

  clear(): void {
    this.sets.clear();
    this.leaving.clear();
  }
}
