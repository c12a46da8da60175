import { type Channel } from '../channel.js';
import { type Presence, type PresenceMember } from '../presence.js';
import { type BusCall } from './bus-messages.js';

type PresenceCall = Extract<BusCall, readonly [`presence.${string}`, ...unknown[]]>;

/** A member of a channel that is gone because its worker is. */
export interface LostMember {
  readonly channel: Channel;
  readonly member: PresenceMember;
}

interface Place {
  readonly channel: Channel;
  readonly id: string;
}

/** The members of a presence with whom they live: each goes with the worker it entered on, or that adopted it. */
export class OwnedMembers<Owner> {
  private readonly owners = new Map<string, Owner>();
  private readonly places = new Map<Owner, Map<string, Place>>();

  /** @param presence changes in the turn in which it is called, in the order of calls */
  constructor(private readonly presence: Presence) {}

  async run(owner: Owner, call: PresenceCall): Promise<unknown> {
    const { presence } = this;
    switch (call[0]) {
      case 'presence.enter': {
        const entered = await presence.enter(call[1], call[2]);
        if (entered) this.own(owner, call[1], call[2].id);
        return entered;
      }
      case 'presence.update': {
        const updated = await presence.update(call[1], call[2], call[3]);
        if (updated && call[3]?.adopt) this.own(owner, call[1], call[2].id);
        return updated;
      }
      case 'presence.leave': {
        const member = await presence.leave(call[1], call[2]);
        if (member !== undefined) this.disown(placeKey(call[1], call[2]));
        return member;
      }
      case 'presence.get':
        return presence.get(call[1], call[2]);
      case 'presence.list':
        return presence.list(call[1]);
      case 'presence.count':
        return presence.count(call[1]);
    }
  }

  /** Removes whoever lives with `owner`, in the order they came. */
  async release(owner: Owner): Promise<LostMember[]> {
    const places = [...(this.places.get(owner)?.entries() ?? [])];
    this.places.delete(owner);
    const lost: LostMember[] = [];
    for (const [key, { channel, id }] of places) {
      this.owners.delete(key);
      const member = await this.presence.leave(channel, id);
      if (member !== undefined) lost.push({ channel, member });
    }
    return lost;
  }

  private own(owner: Owner, channel: Channel, id: string): void {
    const key = placeKey(channel, id);
    this.disown(key);
    this.owners.set(key, owner);
    let places = this.places.get(owner);
    if (places === undefined) this.places.set(owner, (places = new Map<string, Place>()));
    places.set(key, { channel, id });
  }

  private disown(key: string): void {
    const owner = this.owners.get(key);
    if (owner === undefined) return;
    this.owners.delete(key);
    this.places.get(owner)?.delete(key);
  }
}

function placeKey(channel: Channel, id: string): string {
  return `${channel}\n${id}`;
}
