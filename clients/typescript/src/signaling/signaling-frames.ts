/** The wire of signaling, docs/protocols/signaling.md. What is JSON text inside a string there is read here. */
import { isObject, type JsonObject, objectOf, parsed } from '../json.js';

export interface Peer {
  /** New with each connection of the peer. */
  readonly sid: string;
  readonly name: string;
}

export interface Invitation {
  readonly sender_sid: string;
  readonly receiver_sid: string;
}

export interface Call {
  readonly room_id: string;
  /** Sids of all members, in the order they joined. */
  readonly peers: readonly string[];
}

/** One peer tells another about the connection between them: `description`, `candidate` and what else they agree upon. */
export type SignalKind = 'offer' | 'answer' | 'candidate';
export type Signal = JsonObject & { readonly type: SignalKind; readonly sender_sid?: string };

export interface IceServer {
  readonly urls: string | string[];
  readonly username?: string;
  readonly credential?: string;
}

/** For `RTCPeerConnection`. */
export interface IceConfiguration {
  readonly iceServers: IceServer[];
  /** Seconds. */
  readonly expiresIn: number;
}

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

export const writeInvitation = (sender_sid: string, receiver_sid: string): string =>
  JSON.stringify({ sender_sid, receiver_sid });

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

export function readSender(value: unknown): string | undefined {
  const sid = isObject(value) ? value['sender_sid'] : undefined;
  return typeof sid === 'string' ? sid : undefined;
}

function items(text: unknown): unknown[] {
  const value = parsed(text);
  return Array.isArray(value) ? value : [];
}
