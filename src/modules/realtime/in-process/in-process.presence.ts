import { Presence, type PresenceMember } from '../ports/presence.js';
import { type PresenceSet } from '../ports/presence-set.js';

/** One node: members live as long as the process. */
export class InProcessPresence extends Presence {
  private readonly sets = new Map<PresenceSet, Map<string, PresenceMember>>();

  enter<T>(set: PresenceSet<T>, member: PresenceMember<NoInfer<T>>): Promise<boolean> {
    let members = this.sets.get(set);
    if (members?.has(member.id)) return Promise.resolve(false);
    if (!members) this.sets.set(set, (members = new Map<string, PresenceMember>()));
    members.set(member.id, member);
    return Promise.resolve(true);
  }

  update<T>(set: PresenceSet<T>, member: PresenceMember<NoInfer<T>>): Promise<boolean> {
    const members = this.sets.get(set);
    if (!members?.has(member.id)) return Promise.resolve(false);
    members.set(member.id, member);
    return Promise.resolve(true);
  }

  leave<T>(set: PresenceSet<T>, id: string): Promise<PresenceMember<T> | undefined> {
    const members = this.sets.get(set);
    const member = members?.get(id);
    if (members?.delete(id) && members.size === 0) this.sets.delete(set);
    return Promise.resolve(member as PresenceMember<T> | undefined);
  }

  get<T>(set: PresenceSet<T>, id: string): Promise<PresenceMember<T> | undefined> {
    return Promise.resolve(this.sets.get(set)?.get(id) as PresenceMember<T> | undefined);
  }

  list<T>(set: PresenceSet<T>): Promise<PresenceMember<T>[]> {
    return Promise.resolve([...(this.sets.get(set)?.values() ?? [])] as PresenceMember<T>[]);
  }

  count(set: PresenceSet): Promise<number> {
    return Promise.resolve(this.sets.get(set)?.size ?? 0);
  }

  /** No other node exists that could have left anything. */
  releaseNode(): Promise<number> {
    return Promise.resolve(0);
  }
}
