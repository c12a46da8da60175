import { isObject, type JsonObject, parse, parseObject, textOf } from '../ui/json.js';

export interface Peer {
  readonly sid: string;
  readonly name: string;
}

export interface Invitation {
  readonly sender: string;
  readonly receiver: string;
}

const peerOf = (object: JsonObject): Peer => ({ sid: textOf(object, 'sid'), name: textOf(object, 'name') });

export function readPeer(text: unknown): Peer {
  return peerOf(parseObject(text) ?? {});
}

export function readPeers(text: unknown): Peer[] {
  return items(text).filter(isObject).map(peerOf);
}

/** Ids of those who are in a call, in the order they joined. */
export function readMembers(text: unknown): string[] {
  return items(text).filter((item) => typeof item === 'string');
}

export function readInvitation(text: unknown): Invitation {
  const object = parseObject(text) ?? {};
  return { sender: textOf(object, 'sender_sid'), receiver: textOf(object, 'receiver_sid') };
}

export function writeInvitation({ sender, receiver }: Invitation): string {
  return JSON.stringify({ sender_sid: sender, receiver_sid: receiver });
}

const DESCRIPTION_TYPES = ['offer', 'answer', 'pranswer', 'rollback'] as const;

/** @throws TypeError as the browser itself would */
export function readDescription(value: unknown): RTCSessionDescriptionInit {
  const object = isObject(value) ? value : {};
  const type = DESCRIPTION_TYPES.find((each) => each === object['type']);
  if (type === undefined) throw new TypeError('A description has a type.');
  return { type, sdp: textOf(object, 'sdp') };
}

/** @returns `null` after the last candidate */
export function readCandidate(value: unknown): RTCIceCandidateInit | null {
  if (!isObject(value)) return null;
  const { sdpMid, sdpMLineIndex, usernameFragment } = value;
  return {
    candidate: textOf(value, 'candidate'),
    sdpMid: typeof sdpMid === 'string' ? sdpMid : null,
    sdpMLineIndex: typeof sdpMLineIndex === 'number' ? sdpMLineIndex : null,
    usernameFragment: typeof usernameFragment === 'string' ? usernameFragment : null,
  };
}

function items(text: unknown): unknown[] {
  const value = parse(text);
  return Array.isArray(value) ? value : [];
}
