import { RedisScript } from '../connection/redis-script.js';

/**
 * An entry as stored in Redis: `<owner>.<write> <value as JSON>`. The owner is the incarnation of the node that wrote
 * it last; the write number is that node's own, so that no two writes are alike. Entries with a lifetime have no owner:
 * `-`.
 */
export type RawEntry = string;

export const NOBODY = '-';

export const valueOf = (raw: RawEntry): unknown => JSON.parse(jsonOf(raw));

export const jsonOf = (raw: RawEntry): string => raw.slice(raw.indexOf(' ') + 1);

/** @returns `undefined` when nobody owns it */
export function ownerOf(raw: RawEntry): string | undefined {
  const dot = raw.indexOf('.');
  return dot < 0 || dot > raw.indexOf(' ') ? undefined : raw.slice(0, dot);
}

/** Equal values give the same text, whatever the order of their members. */
export function canonicalJson(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value, sortMembers) : JSON.stringify(value);
}

function sortMembers(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Shared by the scripts: an entry's value, and whether two values are equal (a sum may be printed differently). */
const LIBRARY = `
local function json(raw) return string.sub(raw, string.find(raw, ' ', 1, true) + 1) end
local function same(a, b) return a == b or (tonumber(a) ~= nil and tonumber(a) == tonumber(b)) end
local function write(raw, life)
  if life == '' then redis.call('SET', KEYS[1], raw) else redis.call('SET', KEYS[1], raw, 'PX', life) end
end
`;

/** ARGV: expected JSON, new entry, lifetime or ''. Returns the entry that was replaced. */
export const REPLACE = new RedisScript(`${LIBRARY}
local held = redis.call('GET', KEYS[1])
if not held or not same(json(held), ARGV[1]) then return false end
write(ARGV[2], ARGV[3])
return held
`);

/** ARGV: expected JSON. Returns the entry that was removed. */
export const RELEASE = new RedisScript(`${LIBRARY}
local held = redis.call('GET', KEYS[1])
if not held or not same(json(held), ARGV[1]) then return false end
redis.call('DEL', KEYS[1])
return held
`);

/**
 * ARGV: amount to add, limit or '', owner and write number of the new entry, lifetime or ''. Returns the new and the
 * old entry.
 */
export const INCREMENT = new RedisScript(`${LIBRARY}
local held = redis.call('GET', KEYS[1])
local sum = (held and tonumber(json(held)) or 0) + tonumber(ARGV[1])
if ARGV[2] ~= '' and sum > tonumber(ARGV[2]) then return false end
local raw = ARGV[3] .. ' ' .. string.format(sum == math.floor(sum) and '%.0f' or '%.17g', sum)
write(raw, ARGV[4])
return { raw, held }
`);

/**
 * ARGV: owner and '.', the entry that should be there or '', '1' to write it even if it is missing. Does nothing when
 * the entry belongs to another owner by now. Returns whether the wanted state was reached.
 */
export const ASSERT = new RedisScript(`
local held = redis.call('GET', KEYS[1])
local mine = held and string.sub(held, 1, string.len(ARGV[1])) == ARGV[1]
if ARGV[2] == '' then
  if mine then redis.call('DEL', KEYS[1]) end
  return (mine or not held) and 1 or 0
end
if not mine and (held or ARGV[3] == '0') then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`);

/** ARGV: owner and '.'. Removes the entry if it belongs to that owner. Returns how many were removed. */
export const RELEASE_OWNED = new RedisScript(`
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, string.len(ARGV[1])) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);
