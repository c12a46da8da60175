import { type JsonMembers } from '../../common/json/json-members.js';

/** A message of an application: what the relay asks about it, and its text, which passes unread. Made at the edge. */
export interface ApplicationMessage {
  readonly bytes: Buffer;
  has(member: 'token' | 'type' | 'user'): boolean;
  /** Of every member of this name; `undefined` for what is no string. */
  stringsOf(member: 'token' | 'type'): readonly (string | undefined)[];
  /** Of the last one. */
  stringOf(member: 'user'): string | undefined;
  isTruthy(member: 'user'): boolean;
  /** The text as it was written. */
  textOf(member: 'user'): Buffer | undefined;
  /** Its text with the sender's members set, in two pieces. */
  pieces(sender: JsonMembers): { readonly text: Buffer; readonly tail: Buffer };
}
