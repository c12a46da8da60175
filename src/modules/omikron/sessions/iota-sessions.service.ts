import { Injectable } from '@nestjs/common';
import { OwnStatus } from '../../nodes/status/own-status.service.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { Leases } from '../../realtime/resilience/leases.service.js';
import { type IotaSeat } from '../omikron-state.js';
import { keys } from '../omikron.channels.js';

/** Which Iota serves a user now, and where. */
export interface Home extends IotaSeat {
  readonly iota: string;
}

/** Which Iotas are connected, on whichever node, and which users each serves. All ids are canonical. */
@Injectable()
export class IotaSessions {
  constructor(
    private readonly store: EphemeralStore,
    private readonly leases: Leases,
    private readonly node: OwnStatus,
  ) {}

  /**
   * An Iota starts to serve `users`.
   * @returns the session it replaces, if it was already connected
   */
  enter(iota: string, session: string, users: readonly string[]): Promise<string | undefined> {
    return this.leases.run(keys.changing('iota', iota), async (lease) => {
      await this.store.swapAll(users.map(keys.home), `${iota}/${session}`);
      lease.demand();
      // Last, since from here on clients find it.
      const previous = await this.store.swap(keys.iota(iota), this.seat(session));
      return previous?.session;
    });
  }

  /**
   * A session has ended. May be repeated. @returns whether no newer session took its place, so that the Iota is gone
   */
  leave(iota: string, session: string, users: readonly string[]): Promise<boolean> {
    return this.leases.run(keys.changing('iota', iota), async () => {
      const seat = await this.store.get(keys.iota(iota));
      const last = seat?.session === session;
      if (last) await this.store.release(keys.iota(iota), seat);
      await this.store.releaseAll(users.map(keys.home), `${iota}/${session}`);
      await this.store.take(keys.iotaPing(session));
      return last || seat === undefined;
    });
  }

  /** A session no longer serves `user`. */
  dismiss(iota: string, session: string, user: string): Promise<void> {
    return this.leases.run(keys.changing('iota', iota), () => this.release(iota, session, user));
  }

  /** `undefined` while no connected Iota serves `user`. */
  async find(user: string): Promise<Home | undefined> {
    const home = await this.store.get(keys.home(user));
    if (home === undefined) return undefined;
    const [iota = '', session] = home.split('/');
    const seat = await this.seatOf(iota);
    // If the seat is of a newer session, the user was not accepted there, or that is still being written.
    return seat !== undefined && seat.session === session ? { iota, ...seat } : undefined;
  }

  /** `undefined` while this Iota is not connected. */
  async seatOf(iota: string): Promise<IotaSeat | undefined> {
    const seat = await this.store.get(keys.iota(iota));
    return seat && { session: seat.session, node: seat.node };
  }

  private async release(iota: string, session: string, user: string): Promise<void> {
    await this.store.release(keys.home(user), `${iota}/${session}`);
  }

  private seat(session: string): IotaSeat {
    return { session, node: this.node.host };
  }
}
