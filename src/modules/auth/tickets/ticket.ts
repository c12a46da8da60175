import { sha256 } from '../../../common/security/digest.js';
import { randomToken } from '../../../common/security/random.js';
import { storeKey, type StoreKey } from '../../realtime/ports/store-key.js';
import { type TokenClaims } from '../logins/access-tokens.service.js';
import { type RoomRights } from './room-rights.js';

/** What a ticket stands for, by the kind of its requester. */
export interface TicketGrants {
  /** A person or a device, for as long as the login lasts. */
  account: TokenClaims;
  lobby: TokenGrant;
  iota: TokenGrant;
  application: ApplicationGrant;
}

export type TicketKind = keyof TicketGrants;

/** The holder of a feature's token. */
export interface TokenGrant {
  /** SHA-256 of that token, in hexadecimal. */
  readonly digest: string;
}

/** Somebody whom an application admits to its rooms. */
export interface ApplicationGrant {
  readonly applicationId: number;
  /** The key used to request it; `null` where none was needed. */
  readonly keyId: number | null;
  readonly identity: string;
  readonly rooms: RoomRights;
}

/** `sbt_`, the kind (so that no gateway uses up a ticket meant for another), and 256 random bits. */
const FORM = /^sbt_(account|lobby|iota|application)_[A-Za-z0-9_-]{43}$/;

export const newTicket = (kind: TicketKind): string => `sbt_${kind}_${randomToken(32)}`;

/** Whether a text is meant to be a ticket. */
export const isTicket = (text: string): boolean => text.startsWith('sbt_');

/** The kind of a ticket; `undefined` when `text` cannot be one. */
export function ticketKind(text: unknown): TicketKind | undefined {
  return typeof text === 'string' ? (FORM.exec(text)?.[1] as TicketKind | undefined) : undefined;
}

/** Only the ticket's digest is kept, with its grant. */
export const ticketKey = <K extends TicketKind>(kind: K, ticket: string): StoreKey<TicketGrants[K]> =>
  storeKey('tickets', kind, sha256(ticket).toString('base64url'));
