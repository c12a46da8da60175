/** The wire format of signaling, docs/protocols/signaling.md. Its JSON texts inside strings are parsed here. */
import {
  type SignalingAnswer,
  type SignalingCandidate,
  type SignalingIceConfiguration,
  type SignalingIceServer,
  type SignalingInvitation,
  type SignalingOffer,
  type SignalingPeer,
  type SignalingSender,
  type SignalingSignal,
} from '../generated/frames.gen.js';
import { isObject, objectOf, parsed } from '../json.js';

/** `sid` is new with each connection of the peer. */
export type Peer = SignalingPeer;
export type Invitation = SignalingInvitation;

export interface Call {
  readonly room_id: string;
  /** Sids of all members, in the order they joined. */
  readonly peers: readonly string[];
}

/** Sent between two peers about their connection: `description`, `candidate` and whatever else they agree on. */
export type SignalKind = (SignalingOffer | SignalingAnswer | SignalingCandidate)[0];
export type Signal = SignalingSignal & { readonly type: SignalKind };

export type IceServer = SignalingIceServer;
/** For `RTCPeerConnection`; `expiresIn` is in seconds. */
export type IceConfiguration = SignalingIceConfiguration;

export const isSignal = (value: unknown): value is SignalingSignal =>
  isObject(value) && typeof value['receiver_sid'] === 'string';

export function peerOf(value: unknown): Peer | undefined {
  const { sid, name } = isObject(value) ? value : {};
  return typeof sid === 'string' && typeof name === 'string' ? { sid, name } : undefined;
}

export const readPeer = (text: unknown): Peer | undefined => peerOf(parsed(text));

export function readPeers(text: unknown): Peer[] {
  return items(text).flatMap((item) => peerOf(item) ?? []);
}

export function readInvitation(text: unknown): Invitation | undefined {
  const { sender_sid, receiver_sid } = objectOf(text) ?? {};
  return typeof sender_sid === 'string' && typeof receiver_sid === 'string' ? { sender_sid, receiver_sid } : undefined;
}

export const writeInvitation = (invitation: Invitation): string => JSON.stringify(invitation);

export function readCall(value: unknown): Call | undefined {
  const { room_id, peers } = isObject(value) ? value : {};
  if (typeof room_id !== 'string') return undefined;
  return { room_id, peers: items(peers).filter((item) => typeof item === 'string') };
}

export function readIce(value: unknown): IceConfiguration | undefined {
  if (!isObject(value) || !Array.isArray(value['iceServers']) || typeof value['expiresIn'] !== 'number')
    return undefined;
  return { iceServers: value['iceServers'] as IceServer[], expiresIn: value['expiresIn'] };
}

export function readSender(value: unknown): SignalingSender | undefined {
  const { sender_sid } = isObject(value) ? value : {};
  return typeof sender_sid === 'string' ? { sender_sid } : undefined;
}

function items(text: unknown): unknown[] {
  const value = parsed(text);
  return Array.isArray(value) ? value : [];
}
