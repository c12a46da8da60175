import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type Change, type PictureSubject } from '../../realtime/fan-out/picture.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { Presence } from '../../realtime/ports/presence.js';
import { Leases } from '../../realtime/resilience/leases.service.js';
import { type OmikronEvent } from '../omikron.events.js';
import { keys, MEMBERS, userChannel } from '../omikron.channels.js';
import { type Ring } from '../omikron-state.js';

/** For how long sockets that missed a ring are still told. */
const RINGS_MS = 30_000;
/** Rings kept per user. */
const MOST = 20;

/** Who is being called, so that sockets whose node missed a ring are told later. */
@Injectable()
export class CallRings {
  constructor(
    private readonly store: EphemeralStore,
    private readonly presence: Presence,
    private readonly leases: Leases,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {}

  /** Rings all sockets of `receiver`. */
  async ring(receiver: string, ring: Omit<Ring, 'at'>): Promise<void> {
    const kept: Ring = { ...ring, at: this.clock.now() };
    await this.leases.run(keys.changing('rings', receiver), async (lease) => {
      const others = await this.recent(receiver);
      lease.demand();
      await this.store.swap(keys.rings(receiver), [...others, kept].slice(-MOST), { ttlMs: RINGS_MS });
    });
    this.hub.announce(userChannel(receiver), newCall(kept), { push: true });
  }

  /** Has clients of `user` on this node told later of rings that the broker did not deliver. */
  keep(user: string): void {
    const subject: PictureSubject<Ring, OmikronEvent> = {
      read: async () => (await this.ringing(user)).map((ring) => [idOf(ring), ring]),
      changes: (event, told) => {
        if (event.type !== 'omikron.new-call') return [];
        const over = told.size < MOST ? [] : [...told.keys()].map((id): Change<Ring> => [id, undefined]);
        return [...over, [idOf(event.ring), event.ring]];
      },
      tell: (missed) => {
        for (const { now: ring } of missed)
          if (ring !== undefined) this.hub.publishHere(userChannel(user), newCall(ring));
      },
    };
    this.hub.keep(userChannel(user), subject);
  }

  /** Rings that are neither answered nor over. */
  private async ringing(user: string): Promise<Ring[]> {
    const ringing: Ring[] = [];
    for (const ring of await this.recent(user)) {
      const members = new Set((await this.presence.list(MEMBERS.of(ring.call))).map(({ id }) => id));
      if (!members.has(user) && (members.has(ring.caller) || !ring.isIn)) ringing.push(ring);
    }
    return ringing;
  }

  private async recent(user: string): Promise<Ring[]> {
    const since = this.clock.now() - RINGS_MS;
    return ((await this.store.get(keys.rings(user))) ?? []).filter(({ at }) => at > since);
  }
}

const newCall = (ring: Ring): OmikronEvent => ({ type: 'omikron.new-call', ring });
const idOf = ({ call, caller, at }: Ring): string => `${call} ${caller} ${at}`;
