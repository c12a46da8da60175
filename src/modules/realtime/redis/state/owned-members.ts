import { type Channel } from '../../channel.js';

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
  readonly channels = new Map<Channel, Map<string, OwnedMember>>();
  /** Members that left while that could not be written. */
  readonly leaving = new Map<Channel, Set<string>>();

  get(channel: Channel, id: string): OwnedMember | undefined {
    return this.channels.get(channel)?.get(id);
  }

  /** @returns whether it is the first one of its channel */
  add(channel: Channel, id: string, member: OwnedMember): boolean {
    this.forgetLeaving(channel, id);
    const members = this.channels.get(channel);
    if (members !== undefined) {
      members.set(id, member);
      return false;
    }
    this.channels.set(channel, new Map([[id, member]]));
    return true;
  }

  /** @returns whether it was the last one of its channel */
  remove(channel: Channel, id: string): boolean {
    const members = this.channels.get(channel);
    if (!members?.delete(id) || members.size > 0) return false;
    this.channels.delete(channel);
    return true;
  }

  /** To be taken back later. */
  addLeaving(channel: Channel, id: string): void {
    const ids = this.leaving.get(channel);
    if (ids === undefined) this.leaving.set(channel, new Set([id]));
    else ids.add(id);
  }

  isLeaving(channel: Channel, id: string): boolean {
    return this.leaving.get(channel)?.has(id) === true;
  }

  forgetLeaving(channel: Channel, id: string): void {
    const ids = this.leaving.get(channel);
    if (ids?.delete(id) && ids.size === 0) this.leaving.delete(channel);
  }

  clear(): void {
    this.channels.clear();
    this.leaving.clear();
  }
}
