import { textFault } from '../../common/http/input/text-rules.js';
import { fits, MAX_CHARACTERS } from '../../common/text/characters.js';

export const ROOM_NAME_PATTERN = '^[A-Za-z0-9_-]{1,100}$';
const NAME = new RegExp(ROOM_NAME_PATTERN);

/** Letters, digits, `-` and `_`; at most 100. */
export const isRoomName = (name: unknown): name is string => typeof name === 'string' && NAME.test(name);

/** Why `identity` cannot be one, or `undefined`: at most 100 characters (code points) that can be stored. */
export function identityFault(identity: unknown): string | undefined {
  if (typeof identity !== 'string') return 'must be a string';
  const { identity: max } = MAX_CHARACTERS;
  if (!fits(identity, max)) return `must have at most ${max} characters`;
  return textFault(identity);
}

/** The identity of endpoints that were given none. */
export const ANONYMOUS = 'Anonymous';
