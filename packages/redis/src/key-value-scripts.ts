// A value is a hash with its bytes (`v`) and the tags that it was stored with (`t`). Each tag has a sorted set of the keys
// of its values, by the time at which they end. Scripts get the whole key of the value, and its length without what the
// client puts before each key (`keyPrefix` of ioredis), so that the keys of tags can be made here.

const TAGS = `
local function tagsOf(key)
  local packed = redis.call('HGET', key, 't')
  return packed and cmsgpack.unpack(packed) or {}
end
local function untag(key, before)
  for _, tag in ipairs(tagsOf(key)) do redis.call('ZREM', before .. tag, key) end
end`;

const STORE = `
local function store(key, before, ttl, from)
  untag(key, before)
  redis.call('DEL', key)
  if ttl == 0 then return end
  redis.call('HSET', key, 'v', ARGV[from])
  if ttl > 0 then redis.call('PEXPIRE', key, ttl) end
  if #ARGV == from then return end
  local tags = {}
  for at = from + 1, #ARGV do tags[#tags + 1] = ARGV[at] end
  redis.call('HSET', key, 't', cmsgpack.pack(tags))
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  for _, tag in ipairs(tags) do
    local set = before .. tag
    redis.call('ZREMRANGEBYSCORE', set, '-inf', '(' .. string.format('%.0f', now))
    redis.call('ZADD', set, ttl > 0 and string.format('%.0f', now + ttl + 1) or '+inf', key)
    local last = redis.call('ZRANGE', set, -1, -1, 'WITHSCORES')[2]
    if last == 'inf' then redis.call('PERSIST', set) else redis.call('PEXPIREAT', set, last) end
  end
end`;

/** `KEYS`: the value. `ARGV`: the keys of tags begin with, the length of the value's key, ttl, bytes, tags. */
export const SET = `${TAGS}${STORE}
local key = KEYS[1]
store(key, string.sub(key, 1, -1 - tonumber(ARGV[2])) .. ARGV[1], tonumber(ARGV[3]), 4)`;

/**
 * `KEYS`: the value. `ARGV`: as of {@link SET}, but before the ttl: whether a value is expected, and which. A ttl of 0 deletes.
 * Returns 1 if it has done so.
 */
export const REPLACE = `${TAGS}${STORE}
local key = KEYS[1]
local found = redis.call('HGET', key, 'v')
if ARGV[3] == '1' then
  if found ~= ARGV[4] then return 0 end
elseif found then
  return 0
end
store(key, string.sub(key, 1, -1 - tonumber(ARGV[2])) .. ARGV[1], tonumber(ARGV[5]), 6)
return 1`;

/** `KEYS`: the value. `ARGV`: as of {@link SET}, without ttl and what follows. */
export const DELETE = `${TAGS}
untag(KEYS[1], string.sub(KEYS[1], 1, -1 - tonumber(ARGV[2])) .. ARGV[1])
redis.call('UNLINK', KEYS[1])`;

/**
 * Deletes some of the values of a tag. `KEYS`: the tag. `ARGV`: the length of its name, and how many values at most.
 * Returns how many it has looked at, and how many are left.
 */
export const DELETE_TAG = `${TAGS}
local set = KEYS[1]
local before = string.sub(set, 1, -1 - tonumber(ARGV[1]))
local popped = redis.call('ZPOPMIN', set, ARGV[2])
for at = 1, #popped, 2 do
  untag(popped[at], before)
  redis.call('UNLINK', popped[at])
end
return { #popped / 2, redis.call('ZCARD', set) }`;
