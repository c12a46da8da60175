import { type Channel } from '../realtime/channel.js';
import { type PacedReader } from '../durable-log/catch-up.js';
import { type LogHead } from '../durable-log/log-kind.js';
import { type Connection } from '../realtime/connection.js';
import { type ConnectionPlaces } from '../realtime/connection-filter.js';
import { type Principal } from '../realtime/principal.js';
import { readersChannel } from './rooms.channels.js';
import { type Permissions } from './rooms.events.js';
import { asciiJson } from '../../common/json/ascii-json.js';
import { sha256 } from '../../common/security/digest.js';

/** A connection that may become a member of a room. */
export interface RoomConnection extends PacedReader {
  /** The client's address, resolved through trusted proxies. */
  readonly address: string;
  admit(principal: RoomPrincipal): void;
}

/** What a client asks for when it connects. */
export interface SeatRequest {
  /** As written in the query; `undefined` = not asked for. */
  readonly after?: string | undefined;
  readonly epoch?: string | undefined;
  readonly presence: boolean;
  /** A read-only stream: refused to those who may not read, and told where it begins. */
  readonly stream?: boolean;
  readonly acks: boolean;
}

/** What entitles somebody to be in a room. When it ends, so does their connection. */
export type SeatCredential =
  /** `madeByKey`: the key that created the endpoint, whether it still exists or not. */
  | { readonly kind: 'endpoint'; readonly endpointId: number; readonly madeByKey: number | null }
  /** A JWT of a customer. */
  | { readonly kind: 'issuer'; readonly issuerId: number }
  /** A ticket that the application asked for; `keyId`: the key used to ask, if one was needed. */
  | { readonly kind: 'application'; readonly keyId: number | null };

/** Somebody's place in a room, as found by admission. */
export interface Seat extends RoomPlace {
  readonly credential: SeatCredential;
  readonly permissions: Permissions;
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null;
}

/** A room, as its members need it. */
export interface RoomPlace {
  readonly applicationId: number;
  readonly roomId: number;
  readonly roomName: string;
  readonly durable: boolean;
  /** `null` in rooms that have never kept messages. */
  readonly head: LogHead | null;
}

/** A connected endpoint, or the holder of a token or ticket. */
export interface RoomPrincipal extends Principal {
  readonly kind: 'endpoint' | 'holder';
  readonly credential: SeatCredential;
  /** Distinguishes senders of acknowledgement ids; the same after reconnecting. */
  readonly author: string;
  readonly applicationId: number;
  readonly roomId: number;
  /** The name when it connected. */
  readonly roomName: string;
  readonly permissions: Permissions;
  readonly canRead: boolean;
  readonly canWrite: boolean;
  readonly identity: string;
  /** JSON text of `identity`, ASCII only. */
  readonly identityText: string;
  readonly readers: Channel;
  readonly acks: boolean;
  /** Unique in the cluster. */
  readonly seat: string;
  /** Milliseconds since the epoch; changes with a new token. */
  expiresAt: number | null;
  /** Kept up to date with the room. */
  durable: boolean;
  /** Whether it holds on to the room's feed. */
  hasFeed: boolean;
  /** Offset after which a replay has to begin once the socket is accepted. */
  replayFrom: number | null;
  /** Seats it has been told of; `null` for those who do not watch. */
  known: Set<string> | null;
  /** Number of messages being stored. */
  storing: number;
}

export function roomPrincipal(seat: Seat, selectors: readonly string[], id: string, acks: boolean): RoomPrincipal {
  const { permissions, identity, credential } = seat;
  const author = authorOf(seat);
  return {
    kind: credential.kind === 'endpoint' ? 'endpoint' : 'holder',
    id: author,
    label: `${seat.roomName}: ${identity}`,
    selectors,
    credential,
    author,
    applicationId: seat.applicationId,
    roomId: seat.roomId,
    roomName: seat.roomName,
    permissions,
    canRead: permissions !== 'write',
    canWrite: permissions !== 'read',
    identity,
    identityText: asciiJson(identity),
    readers: readersChannel(seat.roomId),
    acks,
    seat: id,
    expiresAt: seat.expiresAt,
    durable: seat.durable,
    hasFeed: false,
    replayFrom: null,
    known: null,
    storing: 0,
  };
}

/** An endpoint's id; for others, who vouches for them and a digest of their identity, which may be long. */
function authorOf({ credential, applicationId, identity }: Seat): string {
  if (credential.kind === 'endpoint') return String(credential.endpointId);
  const voucher = credential.kind === 'issuer' ? `issuer-${credential.issuerId}` : `application-${applicationId}`;
  return `${voucher}-${sha256(identity).toString('base64url').slice(0, 22)}`;
}

/** The principal of a connection of this protocol, once it is admitted. */
export function principalOf(connection: Connection): RoomPrincipal | null {
  return connection.principal as RoomPrincipal | null;
}

/** What admins can find its sockets by. */
export function placesOf(connection: Connection): ConnectionPlaces {
  const principal = principalOf(connection);
  if (principal === null) return {};
  const { applicationId, roomId, roomName } = principal;
  return { application: [String(applicationId)], room: [roomName, String(roomId)] };
}
