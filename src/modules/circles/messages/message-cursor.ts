import { MAX_ID } from '../../../common/http/paging/cursor.js';
import { type MessagePosition } from './messages.repository.js';

/** Opaque to callers. Contains the direction, in which the next page continues. */
export function encodeMessageCursor({ order, from }: MessagePosition): string {
  return Buffer.from(`${order === 'ascending' ? 'a' : 'd'}:${from ?? 0}`).toString('base64url');
}

/** `undefined` when it is not a cursor of this server. */
export function decodeMessageCursor(cursor: string): MessagePosition | undefined {
  const match = /^([ad]):(\d{1,10})$/.exec(Buffer.from(cursor.slice(0, 64), 'base64url').toString('latin1'));
  if (!match) return undefined;
  const position: MessagePosition = { order: match[1] === 'a' ? 'ascending' : 'descending', from: Number(match[2]) };
  return Number(match[2]) <= MAX_ID && encodeMessageCursor(position) === cursor ? position : undefined;
}
