/** What a holder may do in rooms, by room name or by a prefix, `<prefix>*`. */
export type RoomRights = Readonly<Record<string, RoomRight>>;

const ROOM_RIGHTS = ['read', 'write', 'readwrite'] as const;
export type RoomRight = (typeof ROOM_RIGHTS)[number];

/** Everything in every room, which is what applications themselves may do. */
export const ALL_ROOMS: RoomRights = { '*': 'readwrite' };

const MAX_ENTRIES = 1_000;
const NAME = /^(?:[A-Za-z0-9_-]{1,100}|[A-Za-z0-9_-]{0,99}\*)$/;
const RIGHTS: ReadonlySet<unknown> = new Set(ROOM_RIGHTS);

/** Why `value` is not valid as room rights, or `undefined`. */
export function roomRightsFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > MAX_ENTRIES) return `must name 1 to ${MAX_ENTRIES} rooms`;
  if (!entries.every(([name]) => NAME.test(name)))
    return 'must have names of rooms, or their beginnings with *, as members';
  return entries.every(([, right]) => RIGHTS.has(right)) ? undefined : `must have values of ${ROOM_RIGHTS.join(', ')}`;
}

/** The right in room `name`: from its own entry, otherwise from that of the longest matching prefix. */
export function rightIn(rights: RoomRights, name: string): RoomRight | undefined {
  if (Object.hasOwn(rights, name)) return rights[name];
  for (let length = name.length; length >= 0; length--) {
    const beginning = `${name.slice(0, length)}*`;
    if (Object.hasOwn(rights, beginning)) return rights[beginning];
  }
  return undefined;
}
