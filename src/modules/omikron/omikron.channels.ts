import { type Channel, channel } from '../realtime/channel.js';
import { PresenceKind } from '../realtime/ports/presence-set.js';
import { storeKey } from '../realtime/ports/store-key.js';
import {
  type CallMember,
  type ClientPing,
  type IotaSeat,
  type NodeLoad,
  type Ring,
  type SeatedIota,
  type SocketState,
} from './omikron-state.js';
import { type ClientLeft, type IotaSignal, type OmikronEvent } from './omikron.events.js';

// Ids are canonical UUIDs. A *session* is the time one Iota is connected: clients admitted in one are never mixed up
// with
// those of the next, in whatever order events arrive.

/** All sockets of an Iota, identified or about to be; nothing is relayed here. */
export const iotaChannel = (iota: string): Channel<IotaSignal> => channel('omikron', 'iota', iota);
/** The one Iota socket of a session: what clients and other Iotas send it. */
export const sessionChannel = (session: string): Channel<OmikronEvent | ClientLeft> =>
  channel('omikron', 'session', session);
/** Clients that were admitted in a session; nothing is relayed here. */
export const sessionClients = (session: string): Channel => channel('omikron', 'session', session, 'clients');
/** All client sockets of a user: what their Iota sends them. */
export const userChannel = (user: string): Channel<OmikronEvent> => channel('omikron', 'user', user);
/** Call sockets of a user, and sockets that are proving to be the user's; nothing is relayed here. */
export const userSockets = (user: string): Channel => channel('omikron', 'user', user, 'calls');
/** Those who watch a user's state. */
export const stateChannel = (user: string): Channel<OmikronEvent> => channel('omikron', 'state', user);
/** One call socket. */
export const callerChannel = (socket: string): Channel<OmikronEvent> => channel('omikron', 'caller', socket);

/** Presence: clients of a session, by socket. */
export const PINGS = new PresenceKind<ClientPing>('omikron:session', ':pings');
/** Presence: sockets of a user. */
export const SOCKETS = new PresenceKind<SocketState>('omikron:user', ':sockets');
/** Presence: members of a call, by user. */
export const MEMBERS = new PresenceKind<CallMember>('omikron:call', ':members');
/** Presence: the Iota of a session, by session. */
export const SEATED = new PresenceKind<SeatedIota>('omikron:seated');
/** Presence: nodes that accept connections. */
export const NODES = new PresenceKind<NodeLoad>('omikron:nodes').of('all');

/** Keys of the ephemeral store. */
export const keys = {
  iota: (iota: string) => storeKey<IotaSeat>('omikron', 'iota', iota),
  /** `<iota>/<session>` in which a user was accepted. */
  home: (user: string) => storeKey<string>('omikron', 'home', user),
  /** The ping an Iota last reported, as the text of an integer. */
  iotaPing: (session: string) => storeKey<string>('omikron', 'ping', session),
  rings: (user: string) => storeKey<readonly Ring[]>('omikron', 'rings', user),
  /** Leases, so that state spread over several entries is changed by one at a time. */
  changing: (what: 'call' | 'iota' | 'rings', id: string) => storeKey<string>('omikron', 'lock', what, id),
} as const;
