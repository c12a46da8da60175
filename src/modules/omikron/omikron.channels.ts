import { type Channel, channel } from '../realtime/channel.js';

/*
 * Ids are canonical UUIDs. A *session* is the time one Iota is connected: who was admitted in one is never mixed up
 * with the next, whatever order things arrive in.
 */

/** All sockets of an Iota, identified or about to be; nothing is relayed here. */
export const iotaChannel = (iota: string): Channel => channel('omikron', 'iota', iota);
/** The one Iota socket of a session: what clients and other Iotas send it. */
export const sessionChannel = (session: string): Channel => channel('omikron', 'session', session);
/** Clients that were admitted in a session; nothing is relayed here. */
export const sessionClients = (session: string): Channel => channel('omikron', 'session', session, 'clients');
/** All client sockets of a user: what their Iota sends them. */
export const userChannel = (user: string): Channel => channel('omikron', 'user', user);
/** Call sockets of a user, and all that are proving to be theirs; nothing is relayed here. */
export const userSockets = (user: string): Channel => channel('omikron', 'user', user, 'calls');
/** Those who watch a user's state. */
export const stateChannel = (user: string): Channel => channel('omikron', 'state', user);
/** One call socket. */
export const callerChannel = (socket: string): Channel => channel('omikron', 'caller', socket);

/** Presence: clients of a session by socket → `ClientPing`. */
export const pingsOf = (session: string): Channel => channel('omikron', 'session', session, 'pings');
/** How the channels of `socketsOf` begin, and others of users that have no members. */
export const USERS = 'omikron:user:';
/** Presence: sockets of a user → `SocketState`. */
export const socketsOf = (user: string): Channel => channel('omikron', 'user', user, 'sockets');
/** How the channels of `membersOf` begin. */
export const CALLS = 'omikron:call:';
/** Presence: members of a call by user → `CallMember`. */
export const membersOf = (call: string): Channel => channel('omikron', 'call', call, 'members');
/** The call whose `membersOf` a channel is. */
export const callOf = (members: Channel): string => members.slice(CALLS.length).split(':', 1)[0] ?? '';
/** How the channels of `seatedIn` begin. */
export const SEATED = 'omikron:seated:';
/** Presence: the Iota of a session, by the session → `SeatedIota`. */
export const seatedIn = (session: string): Channel => channel('omikron', 'seated', session);
/** Presence: nodes that take connections → `NodeLoad`. */
export const nodesChannel: Channel = channel('omikron', 'nodes');

/** Keys of the ephemeral store. */
export const keys = {
  /** → `IotaSeat`. */
  iota: (iota: string) => `omikron:iota:${iota}`,
  /** → `<iota>/<session>` in which a user was accepted. */
  home: (user: string) => `omikron:home:${user}`,
  /** → the ping an Iota reported last, as the text of an integer. */
  iotaPing: (session: string) => `omikron:ping:${session}`,
  lock: (name: string) => `omikron:lock:${name}`,
} as const;
