import { type JsonMembers } from '../../common/json/json-members.js';

/**
 * A message of an application: what the relay needs to know of it, and its text, which is passed on unread. Made by the
 * gateway.
 */
export interface ApplicationMessage {
  readonly bytes: Buffer;
  has(member: 'token' | 'type' | 'user'): boolean;
  /** Values of all members of this name; `undefined` for those that are not strings. */
  stringsOf(member: 'token' | 'type'): readonly (string | undefined)[];
  /** Value of the last member of this name. */
  stringOf(member: 'user'): string | undefined;
  isTruthy(member: 'user'): boolean;
  /** The member's text as it was written. */
  textOf(member: 'user'): Buffer | undefined;
  /** The message's text with the sender's members set, in two pieces. */
  pieces(sender: JsonMembers): { readonly text: Buffer; readonly tail: Buffer };
}
