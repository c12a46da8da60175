import { RedisScript } from '../connection/redis-script.js';

/**
 * A presence set is one hash: field `m<id>` holds `<owner> <order> <generation> <data as JSON>` of a member, field `n`
 * the last order number. Members are listed by order; each change of owner increments the generation.
 */
const PARSE = `
local function parse(value)
  return string.match(value, '^(%S+) (%d+) (%d+) (.*)$')
end
local function dropEmpty()
  if redis.call('HLEN', KEYS[1]) == 1 then redis.call('DEL', KEYS[1]) end
end
`;

/** ARGV: id, owner, data. Returns the order number, or 0 when the id is already there. */
export const ENTER = new RedisScript(`
local field = 'm' .. ARGV[1]
if redis.call('HEXISTS', KEYS[1], field) == 1 then return 0 end
local order = redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('HSET', KEYS[1], field, ARGV[2] .. ' ' .. string.format('%.0f', order) .. ' 0 ' .. ARGV[3])
return order
`);

/** ARGV: id, new owner or '', data. Returns the previous value, if any. */
export const UPDATE = new RedisScript(`${PARSE}
local field = 'm' .. ARGV[1]
local before = redis.call('HGET', KEYS[1], field)
if not before then return false end
local owner, order, generation = parse(before)
if ARGV[2] ~= '' and ARGV[2] ~= owner then
  owner = ARGV[2]
  generation = string.format('%.0f', generation + 1)
end
redis.call('HSET', KEYS[1], field, owner .. ' ' .. order .. ' ' .. generation .. ' ' .. ARGV[3])
return before
`);

/** ARGV: id, owner or '' for any. Returns the removed value, if any. */
export const LEAVE = new RedisScript(`${PARSE}
local field = 'm' .. ARGV[1]
local before = redis.call('HGET', KEYS[1], field)
if not before then return false end
if ARGV[2] ~= '' and parse(before) ~= ARGV[2] then return false end
redis.call('HDEL', KEYS[1], field)
dropEmpty()
return before
`);

/**
 * Rewrites a node's members. ARGV: owner, then for each member: id, order, generation, data, and two flags: '1' to
 * write it even if it is missing, '1' if its data changed. Returns the ids that no longer belong to the owner.
 */
export const ASSERT = new RedisScript(`${PARSE}
local mine = ARGV[1]
local lost = {}
local last = tonumber(redis.call('HGET', KEYS[1], 'n') or '0')
for i = 2, #ARGV, 5 do
  local id, order, generation, data, flags = unpack(ARGV, i, i + 4)
  local there = redis.call('HGET', KEYS[1], 'm' .. id)
  local owner, place, other
  if there then owner, place, other = parse(there) end
  if owner ~= mine then
    if (there and tonumber(other) >= tonumber(generation)) or (not there and string.sub(flags, 1, 1) == '0') then
      lost[#lost + 1] = id
    else
      if order == '0' then order = string.format('%.0f', last + 1) end
      last = math.max(last, tonumber(order))
      redis.call('HSET', KEYS[1], 'm' .. id, mine .. ' ' .. order .. ' ' .. generation .. ' ' .. data)
      redis.call('HSET', KEYS[1], 'n', string.format('%.0f', last))
    end
  elseif string.sub(flags, 2, 2) == '1' then
    redis.call('HSET', KEYS[1], 'm' .. id, mine .. ' ' .. place .. ' ' .. other .. ' ' .. data)
  end
end
return lost
`);
