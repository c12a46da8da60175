import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { newTicket, ticketKey, ticketKind, type TicketGrants, type TicketKind } from './ticket.js';

/** Seconds in which a ticket must be used. */
export const TICKET_SECONDS = 30;
/** Throttling scope for wrong tickets. */
const TRIES = 'tickets';

/** A client presenting a credential that is not identified yet. */
export interface Stranger {
  readonly address: string;
  /** Whether it has given up. */
  readonly closed: boolean;
}

/**
 * Tickets admit browsers, which cannot set headers on sockets and event streams, without exposing a longer-lived
 * credential. Each works once, on whichever node it is presented first.
 */
@Injectable()
export class Tickets {
  constructor(
    private readonly store: EphemeralStore,
    private readonly throttle: AttemptThrottle,
  ) {}

  /** @returns a ticket, of which only the digest is kept. @throws AppError `broker_unavailable` */
  async issue<K extends TicketKind>(kind: K, grant: TicketGrants[K]): Promise<string> {
    const ticket = newTicket(kind);
    if (await this.store.claim(ticketKey(kind, ticket), grant, { ttlMs: TICKET_SECONDS * 1_000 })) return ticket;
    throw new Error('a new ticket exists already');
  }

  /**
   * Uses up a ticket. What it stands for may have ended meanwhile, so the caller has to check that.
   * @param ticket whatever the client sent
   * @throws AppError `unauthenticated` when it is not a valid ticket of this kind; the address is then slowed down as
   * for other wrong secrets, and may get `rate_limited`
   */
  async redeem<K extends TicketKind>(kind: K, ticket: unknown, holder: Stranger): Promise<TicketGrants[K]> {
    const grant = ticketKind(ticket) === kind ? await this.store.take(ticketKey(kind, ticket as string)) : undefined;
    if (grant !== undefined) return grant;
    await this.throttle.wrong({ scope: TRIES, address: holder.address, gone: () => holder.closed });
    throw new AppError('unauthenticated', 'The ticket is not valid, or was used.');
  }
}
