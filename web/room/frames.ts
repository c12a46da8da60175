import { isObject, type JsonObject, parseObject, textOf } from '../ui/json.js';

export interface RoomMessage {
  readonly message: unknown;
  /** The value as JSON text, as it was written. */
  readonly json: string;
  readonly identity: string;
  readonly timestamp: string;
  /** Where it stands; only durable rooms number their messages. */
  readonly position: { readonly offset: number; readonly epoch: string } | null;
}

export interface Member {
  readonly identity: string;
}

/** What a room sends. */
export type Frame =
  | ({ readonly kind: 'message' } & RoomMessage)
  | { readonly kind: 'recovery'; readonly recovered: boolean; readonly offset: number; readonly epoch: string }
  | { readonly kind: 'accepted'; readonly id: string; readonly offset: number | null }
  | { readonly kind: 'refused'; readonly id: string; readonly code: string; readonly detail: string }
  | { readonly kind: 'present'; readonly members: Member[] }
  | { readonly kind: 'join' | 'leave'; readonly identity: string };

/** @returns `null` for what a page has no use for */
export function readFrame(text: string): Frame | null {
  const frame = parseObject(text);
  if (frame === null) return null;
  const { offset } = frame;
  const id = textOf(frame, 'id');
  const place = typeof offset === 'number' ? offset : null;
  if ('message' in frame) return messageIn(frame, text, place);
  if ('recovered' in frame) {
    return {
      kind: 'recovery',
      recovered: frame['recovered'] === true,
      offset: place ?? 0,
      epoch: textOf(frame, 'epoch'),
    };
  }
  if ('ack' in frame) return { kind: 'accepted', id: textOf(frame, 'ack'), offset: place };
  if (isObject(frame['error'])) {
    return { kind: 'refused', id, code: textOf(frame['error'], 'code'), detail: textOf(frame['error'], 'detail') };
  }
  return presenceIn(frame);
}

function messageIn(frame: JsonObject, text: string, offset: number | null): Frame {
  const { message, epoch } = frame;
  return {
    kind: 'message',
    message,
    json: text.slice('{"message":'.length, text.lastIndexOf(',"identity":')),
    identity: textOf(frame, 'identity'),
    timestamp: textOf(frame, 'timestamp'),
    position: offset !== null && typeof epoch === 'string' ? { offset, epoch } : null,
  };
}

function presenceIn(frame: JsonObject): Frame | null {
  const { event, items } = frame;
  const identity = textOf(frame, 'identity');
  if (event === 'join' || event === 'leave') return { kind: event, identity };
  if (event !== 'present') return null;
  const members = Array.isArray(items) ? items.filter(isObject) : [];
  return { kind: 'present', members: members.map((member) => ({ identity: textOf(member, 'identity') })) };
}
