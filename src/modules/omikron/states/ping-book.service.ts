import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type PictureSubject } from '../../realtime/fan-out/picture.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { Presence } from '../../realtime/ports/presence.js';
import { type ClientPrincipal, type IotaPrincipal } from '../omikron-connection.js';
import { type ClientPing } from '../omikron-state.js';
import { keys, PINGS, sessionChannel } from '../omikron.channels.js';
import { type ClientLeft, type OmikronEvent } from '../omikron.events.js';

/** The ping of a peer that has reported none. */
const UNKNOWN = '-1';

/**
 * The round-trip times that Iotas and clients report, for the other side. Kept as the text of an integer, since some
 * clients report clock times, and nobody computes with them.
 */
@Injectable()
export class PingBook {
  constructor(
    private readonly presence: Presence,
    private readonly store: EphemeralStore,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {}

  /** The clients of an Iota's session, by socket, so that the Iota is told later of those it was not told of. */
  pictureOf(session: string): PictureSubject<string, OmikronEvent | ClientLeft> {
    return {
      initially: [],
      read: async () => (await this.presence.list(PINGS.of(session))).map(({ id, data }) => [id, data.written]),
      changes: (event) => {
        if (event.type === 'omikron.client-connected') return [[event.socket, event.user]];
        return event.type === 'omikron.client-left' ? [[event.socket, undefined]] : [];
      },
      tell: (missed) => {
        for (const { id: socket, now: user } of missed) {
          if (user === undefined) continue;
          const event: OmikronEvent = { type: 'omikron.client-connected', user, socket };
          this.hub.publishHere(sessionChannel(session), event);
        }
      },
    };
  }

  async enter(client: ClientPrincipal): Promise<void> {
    await this.presence.enter(PINGS.of(client.session), this.entry(client, UNKNOWN, 0));
  }

  async leave(client: ClientPrincipal): Promise<void> {
    await this.presence.leave(PINGS.of(client.session), client.socket);
  }

  /** Records the ping that a client reports, if any. @returns what its Iota last reported */
  async ofClient(client: ClientPrincipal, ping: string | undefined): Promise<string> {
    if (ping !== undefined) {
      await this.presence.update(PINGS.of(client.session), this.entry(client, ping, this.clock.now()));
    }
    return (await this.store.get(keys.iotaPing(client.session))) ?? UNKNOWN;
  }

  /**
   * Records the ping that an Iota reports, if any. @returns what its connected users last reported, by user id as they
   * wrote it
   */
  async ofIota({ session }: IotaPrincipal, ping: string | undefined): Promise<[user: string, ping: string][]> {
    if (ping !== undefined) await this.store.swap(keys.iotaPing(session), ping);
    const now = this.clock.now();
    const age = ({ at }: ClientPing): number => Math.abs(now - at);
    const latest = new Map<string, ClientPing>();
    for (const { data: report } of await this.presence.list<ClientPing>(PINGS.of(session))) {
      const known = latest.get(report.user);
      // After a clock has stepped back, earlier reports lie in the future.
      if (known === undefined || age(report) <= age(known)) latest.set(report.user, report);
    }
    return [...latest.values()].map(({ written, ping: last }) => [written, last]);
  }

  private entry(client: ClientPrincipal, ping: string, at: number): { id: string; data: ClientPing } {
    return { id: client.socket, data: { user: client.id, written: client.written, ping, at } };
  }
}
