import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { type PacedReader } from '../../durable-log/catch-up.js';
import { type Connection, type Protocol } from '../../realtime/connection.js';
import { type ConnectionPlaces } from '../../realtime/connection-filter.js';
import { circleOf } from '../circles.channels.js';
import { type EvictedSignal } from '../circles.events.js';
import { LiveRefusal } from './live-refusal.js';

/** A socket that may be authenticated as an account or a device. */
export interface CirclesConnection extends PacedReader {
  readonly attributes: Map<symbol, unknown>;
  /** The client's address, also behind trusted proxies. */
  readonly address: string;
  admit(principal: AccountPrincipal, protocol: Protocol): void;
}

/** A room that a socket is joining; `cancelled` when it is removed before it is in. */
export interface Joining {
  readonly room: EvictedSignal['room'];
  readonly id: number;
  cancelled: boolean;
}

/** The state of an authenticated socket. */
export interface SocketState {
  readonly principal: AccountPrincipal;
  readonly joining: Set<Joining>;
  /** Conversations it has joined, and whose feeds it holds. */
  readonly conversations: Set<number>;
  /** Its own newest message in each of them. */
  readonly written: Map<number, number>;
  /** The last typing notice passed on, by conversation. */
  readonly typing: Map<number, { readonly value: string; readonly at: number }>;
  // The number of messages being stored, and what to wait for until they are answered.
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

/** For admins who look for a socket: its account, and the circles it has joined or, for a device, belongs to. */
export function placesOf(connection: Connection): ConnectionPlaces {
  const principal = connection.principal as AccountPrincipal;
  if (principal.kind === 'device') return { circle: [String(principal.circleId)] };
  const circles = [...(connection.subscriptions ?? [])].flatMap((joined) => circleOf(joined) ?? []);
  return { account: [principal.id, principal.label], ...(circles.length > 0 && { circle: circles }) };
}

/** @throws AppError `unauthenticated` when the socket is not authenticated */
export function demandState(connection: CirclesConnection): SocketState {
  const state = stateOf(connection);
  if (state === undefined) throw new LiveRefusal('not-authenticated');
  return state;
}
