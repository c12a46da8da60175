import { textFault } from '../../common/http/text-rules.js';

export const ROOM_NAME_PATTERN = '^[A-Za-z0-9_-]{1,100}$';
const NAME = new RegExp(ROOM_NAME_PATTERN);

/** Letters, digits, `-` and `_`; at most 100. */
export const isRoomName = (name: unknown): name is string => typeof name === 'string' && NAME.test(name);

export const MAX_IDENTITY = 100;

/** Why `identity` cannot be one, or `undefined`: at most 100 characters (code points) that can be stored. */
export function identityFault(identity: unknown): string | undefined {
  if (typeof identity !== 'string') return 'must be a string';
  if (identity.length > 2 * MAX_IDENTITY || Array.from(identity).length > MAX_IDENTITY) {
    return `must have at most ${MAX_IDENTITY} characters`;
  }
  return textFault(identity);
}

/** The identity of endpoints that were given none. */
export const ANONYMOUS = 'Anonymous';
