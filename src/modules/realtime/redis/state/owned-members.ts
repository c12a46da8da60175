import { type PresenceSet } from '../../ports/presence-set.js';

/** A member that this node has to keep up. */
export interface OwnedMember {
  /** As JSON. */
  data: string;
  /** 0 = not known yet. */
  order: number;
  generation: number;
  /** Its data could not be written when it changed. */
  changed: boolean;
  /** Whether it has been there, as far as known. */
  written: boolean;
}

/** What this node wrote: to write it again when it was lost, and to take it back when it could not be. */
export class OwnedMembers {
  readonly sets = new Map<PresenceSet, Map<string, OwnedMember>>();
  /** Members that left while that could not be written. */
  readonly leaving = new Map<PresenceSet, Set<string>>();

  get(set: PresenceSet, id: string): OwnedMember | undefined {
    return this.sets.get(set)?.get(id);
  }

  /** @returns whether it is the first one of its set */
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

  /** @returns whether it was the last one of its set */
  remove(set: PresenceSet, id: string): boolean {
    const members = this.sets.get(set);
    if (!members?.delete(id) || members.size > 0) return false;
    this.sets.delete(set);
    return true;
  }

  /** To be taken back later. */
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
