import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { type PacedReader } from '../../durable-log/catch-up.js';
import { type Connection, type Protocol } from '../../realtime/connection.js';
import { type ConnectionPlaces } from '../../realtime/connection-filter.js';
import { circleOf } from '../circles.channels.js';
import { type EvictedSignal } from '../circles.events.js';
import { LiveRefusal } from './live-refusal.js';

/** A socket that may become an account's or a device's. */
export interface CirclesConnection extends PacedReader {
  readonly attributes: Map<symbol, unknown>;
  /** The client's address, behind trusted proxies too. */
  readonly address: string;
  admit(principal: AccountPrincipal, protocol: Protocol): void;
}

/** A room that a socket is about to join; it may be shown out before it is in. */
export interface Joining {
  readonly room: EvictedSignal['room'];
  readonly id: number;
  cancelled: boolean;
}

/** What is kept with an authenticated socket. */
export interface SocketState {
  readonly principal: AccountPrincipal;
  readonly joining: Set<Joining>;
  /** Conversations it joined, whose feeds it holds on to. */
  readonly conversations: Set<number>;
  /** The newest message of its own in each of them. */
  readonly written: Map<number, number>;
  /** The last typing notice of each conversation that was passed on. */
  readonly typing: Map<number, { readonly value: string; readonly at: number }>;
  /** Messages on their way into the database, and what to wait for until they are answered. */
  sending: number;
  sent: Promise<void> | undefined;
}

const STATE = Symbol('circles');

export function stateOf(connection: CirclesConnection): SocketState | undefined {
  return connection.attributes.get(STATE) as SocketState | undefined;
}

export function begin(connection: CirclesConnection, principal: AccountPrincipal): void {
  const state: SocketState = {
    principal,
    joining: new Set(),
    conversations: new Set(),
    written: new Map(),
    typing: new Map(),
    sending: 0,
    sent: undefined,
  };
  connection.attributes.set(STATE, state);
}

/** For admins who look for a socket: its account, and the circles it has joined or, as a device, belongs to. */
export function placesOf(connection: Connection): ConnectionPlaces {
  const principal = connection.principal as AccountPrincipal;
  if (principal.kind === 'device') return { circle: [String(principal.circleId)] };
  const circles = [...(connection.subscriptions ?? [])].flatMap((joined) => circleOf(joined) ?? []);
  return { account: [principal.id, principal.label], ...(circles.length > 0 && { circle: circles }) };
}

/** @throws AppError `unauthenticated` before the socket was authenticated */
export function demandState(connection: CirclesConnection): SocketState {
  const state = stateOf(connection);
  if (state === undefined) throw new LiveRefusal('not-authenticated');
  return state;
}
