import { type Channel } from '../channel.js';
import { Presence, type PresenceMember } from '../ports/presence.js';

/** One node: members live as long as the process. */
export class InProcessPresence extends Presence {
  private readonly channels = new Map<Channel, Map<string, PresenceMember>>();

  enter(channel: Channel, member: PresenceMember): Promise<boolean> {
    let members = this.channels.get(channel);
    if (members?.has(member.id)) return Promise.resolve(false);
    if (!members) this.channels.set(channel, (members = new Map<string, PresenceMember>()));
    members.set(member.id, member);
    return Promise.resolve(true);
  }

  update(channel: Channel, member: PresenceMember): Promise<boolean> {
    const members = this.channels.get(channel);
    if (!members?.has(member.id)) return Promise.resolve(false);
    members.set(member.id, member);
    return Promise.resolve(true);
  }

  leave<T>(channel: Channel, id: string): Promise<PresenceMember<T> | undefined> {
    const members = this.channels.get(channel);
    const member = members?.get(id);
    if (members?.delete(id) && members.size === 0) this.channels.delete(channel);
    return Promise.resolve(member as PresenceMember<T> | undefined);
  }

  get<T>(channel: Channel, id: string): Promise<PresenceMember<T> | undefined> {
    return Promise.resolve(this.channels.get(channel)?.get(id) as PresenceMember<T> | undefined);
  }

  list<T>(channel: Channel): Promise<PresenceMember<T>[]> {
    return Promise.resolve([...(this.channels.get(channel)?.values() ?? [])] as PresenceMember<T>[]);
  }

  count(channel: Channel): Promise<number> {
    return Promise.resolve(this.channels.get(channel)?.size ?? 0);
  }

  /** There is no other node to have left anything. */
  releaseNode(): Promise<number> {
    return Promise.resolve(0);
  }
}
