import { addressKey } from '../../common/http/policy/client-address.js';
import { type Channel } from '../realtime/channel.js';
import { type Connection } from '../realtime/connection.js';
import { type ConnectionPlaces } from '../realtime/connection-filter.js';
import { type Principal } from '../realtime/principal.js';
import { type SentInvitation } from './signaling-state.js';

/** A connection that may enter the lobby. */
export interface SignalingConnection extends Connection {
  /** The client's address, behind trusted proxies too. */
  readonly address: string;
  admit(principal: PeerPrincipal, protocol: 'signaling'): void;
}

/** Whoever came in with a lobby token. */
export interface PeerPrincipal extends Principal {
  readonly kind: 'peer';
  readonly tokenId: number;
  /** The account behind the token. */
  readonly userId: number;
  /** When the token ceases to admit others, in milliseconds since the epoch. */
  readonly tokenExpiresAt: number;
}

/** What a lobby token gave its peer. */
export interface TokenAdmission {
  /** The account behind the token. */
  readonly userId: number;
  /** Where the peer hears that this has ended. */
  readonly channels: readonly Channel[];
}

/** For admins who look for its socket. */
export function placesOf({ principal }: Connection): ConnectionPlaces {
  return { account: [String((principal as PeerPrincipal).userId)] };
}

/** A pending invitation of a peer of this node. */
export interface PendingInvitation extends Pick<SentInvitation, 'invitation'> {
  /** `null` where the store does not hold it. */
  readonly key: SentInvitation['key'] | null;
  /** Keeps it from ending by itself. */
  readonly stop: () => void;
}

/** What this node keeps with a connection that is in the lobby; what others may know of it is in the shared ports. */
export interface Peer {
  readonly connection: SignalingConnection;
  readonly sid: string;
  /** The account behind its lobby token. */
  readonly userId: number | null;
  readonly admission: TokenAdmission | null;
  readonly connectedAt: number;
  name: string;
  /** The invitations it has sent, by id. */
  readonly pending: Map<string, PendingInvitation>;
  /** What it has switched off, since it joined that room. */
  media: { readonly room: string; muted: boolean; videoOff: boolean };
  /** When it was given ICE servers, and what reminds of giving it new ones. */
  ice: { readonly givenAt: number; readonly stop: () => void } | null;
  /** It has left: whatever comes to its end late does nothing. */
  gone: boolean;
}

export function newPeer(connection: SignalingConnection, admission: TokenAdmission | null, connectedAt: number): Peer {
  return {
    connection,
    sid: connection.id,
    userId: admission?.userId ?? null,
    admission,
    connectedAt,
    name: '',
    pending: new Map(),
    media: { room: '', muted: false, videoOff: false },
    ice: null,
    gone: false,
  };
}

/** Whose share of somebody else it is: the account behind a lobby token, or else the address. */
export function senderOf({ userId, connection }: Peer): string {
  return userId === null ? addressKey(connection.address) : `account:${userId}`;
}
