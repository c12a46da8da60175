import { type ProblemCode } from '../../common/errors/problem-codes.js';

/** A message of a room on its way to the readers. */
export interface RoomMessageEvent {
  readonly type: 'rooms.message';
  /** JSON text as its sender wrote it. */
  readonly message: Buffer | string;
  /** JSON text of the sender's identity, ASCII only. */
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Its place in a durable room. */
  readonly place?: MessagePlace;
}

export interface MessagePlace {
  readonly offset: number;
  readonly epoch: string;
}

/** A message that is stored. */
export interface StoredMessageEvent extends RoomMessageEvent {
  readonly place: MessagePlace;
}

/** A connected member, as watchers are told. */
export interface PresentMember {
  readonly identity: string;
  readonly permissions: Permissions;
  /** RFC 3339. */
  readonly connectedAt: string;
}

export const PERMISSIONS = ['read', 'write', 'readwrite'] as const;
export type Permissions = (typeof PERMISSIONS)[number];

/** Facts about rooms that reach clients. */
export type RoomsEvent =
  | RoomMessageEvent
  /** First frame for a client that returned with its last offset. */
  | { readonly type: 'rooms.recovered'; readonly recovered: boolean; readonly offset: number; readonly epoch: string }
  /** Where a stream begins in a durable room. */
  | { readonly type: 'rooms.begun'; readonly place: MessagePlace }
  | { readonly type: 'rooms.present'; readonly items: readonly PresentMember[] }
  | PresenceChange
  /** The token that the connection was admitted with ends in so many seconds. */
  | { readonly type: 'rooms.expiring'; readonly seconds: number }
  | { readonly type: 'rooms.refreshed' }
  /** `id`: JSON text as the client wrote it. */
  | { readonly type: 'rooms.acked'; readonly id: Buffer; readonly place?: MessagePlace }
  | { readonly type: 'rooms.refused'; readonly id: Buffer; readonly code: ProblemCode; readonly detail: string };

/** Somebody came or went. */
export interface PresenceChange {
  readonly type: 'rooms.joined' | 'rooms.left';
  readonly seat: string;
  readonly identity: string;
}

/** For the connections themselves: their room has started or stopped keeping messages. */
export interface RoomChanged {
  readonly type: 'rooms.changed';
  readonly durable: boolean;
}
