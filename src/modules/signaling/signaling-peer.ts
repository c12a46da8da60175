import { addressKey } from '../../common/http/policy/client-address.js';
import { type Channel } from '../realtime/channel.js';
import { type Connection } from '../realtime/connection.js';
import { type ConnectionPlaces } from '../realtime/connection-filter.js';
import { type Principal } from '../realtime/principal.js';
import { type SentInvitation } from './signaling-state.js';

/** A connection that may enter the lobby. */
export interface SignalingConnection extends Connection {
  /** The client's address, also behind trusted proxies. */
  readonly address: string;
  admit(principal: PeerPrincipal, protocol: 'signaling'): void;
}

/** Somebody admitted by a lobby token. */
export interface PeerPrincipal extends Principal {
  readonly kind: 'peer';
  readonly tokenId: number;
  /** The account behind the token. */
  readonly userId: number;
  /** When the token stops admitting others, in milliseconds since the epoch. */
  readonly tokenExpiresAt: number;
}

/** What a lobby token admitted its peer to. */
export interface TokenAdmission {
  /** The account behind the token. */
  readonly userId: number;
  /** Channels on which the peer is told that its admission has ended. */
  readonly channels: readonly Channel[];
}

/** For admins who look for its socket. */
export function placesOf({ principal }: Connection): ConnectionPlaces {
  return { account: [String((principal as PeerPrincipal).userId)] };
}

/** A pending invitation of a peer of this node. */
export interface PendingInvitation extends Pick<SentInvitation, 'invitation'> {
  /** `null` when the store does not hold it. */
  readonly key: SentInvitation['key'] | null;
  /** Stops its timer. */
  readonly stop: () => void;
}

/** The state that this node keeps for a connection in the lobby; what others may know of it is in the shared stores. */
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
  /** What it has switched off since it joined that room. */
  media: { readonly room: string; muted: boolean; videoOff: boolean };
  /** When it last got ICE servers, and how to cancel the next refresh. */
  ice: { readonly givenAt: number; readonly stop: () => void } | null;
  /** It has left: late results are ignored. */
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

/** Who a peer's share of a receiver is counted for: the account behind its lobby token, or else its address. */
export function senderOf({ userId, connection }: Peer): string {
  return userId === null ? addressKey(connection.address) : `account:${userId}`;
}
