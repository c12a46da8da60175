export const ROOM_NAME_PATTERN = '^[A-Za-z0-9_-]{1,100}$';
const NAME = new RegExp(ROOM_NAME_PATTERN);

/** At most 100 letters, digits, `-` and `_`. */
export const isRoomName = (name: unknown): name is string => typeof name === 'string' && NAME.test(name);

/** The identity of endpoints that were given none. */
export const ANONYMOUS = 'Anonymous';
