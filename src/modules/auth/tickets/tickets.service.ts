import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { newTicket, ticketKey, ticketKind, type TicketGrants, type TicketKind } from './ticket.js';

/** Seconds within which a ticket has to be used. */
export const TICKET_SECONDS = 30;
/** What wrong ones are counted as. */
const TRIES = 'tickets';

/** Somebody who shows a credential, and is not known yet. */
export interface Stranger {
  readonly address: string;
  /** Whether they have given up. */
  readonly closed: boolean;
}

/**
 * Tickets let browsers, which set no headers on sockets and event streams, in without showing a credential that lives
 * longer. One is good once, on whichever node it is shown first.
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
   * Uses a ticket up. What it stood for may have ended meanwhile: whoever takes it looks that up.
   * @param ticket whatever a client brought
   * @throws AppError `unauthenticated` when it is none of this kind, or not any more; then the address waits as others
   * do that show wrong secrets, and may be `rate_limited`
   */
  async redeem<K extends TicketKind>(kind: K, ticket: unknown, holder: Stranger): Promise<TicketGrants[K]> {
    const grant = ticketKind(ticket) === kind ? await this.store.take(ticketKey(kind, ticket as string)) : undefined;
    if (grant !== undefined) return grant;
    await this.throttle.wrong({ scope: TRIES, address: holder.address, gone: () => holder.closed });
    throw new AppError('unauthenticated', 'The ticket is not valid, or was used.');
  }
}
