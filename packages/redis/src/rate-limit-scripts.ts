import type { RateLimitAlgorithm } from '@blaizejs/types';

// The algorithms of `@blaizejs/middleware/rate-limit`, which explains them. Each script has the key, the cost and the policy,
// and returns `allowed remaining resetAfter retryAfter delay` as text, since numbers of Lua would lose their fractions. A
// `retryAfter` of -1 is never. Redis 7 and Valkey replicate what a script has written, so it may look at the clock.

/** The time of Redis in milliseconds: the processes that share a limit need no clock in common. */
export const REDIS_CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000`;

const ARGUMENTS = `
local cost, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local window, burst = tonumber(ARGV[3]), tonumber(ARGV[4])
local stored = redis.call('GET', KEYS[1])
local state = stored and cmsgpack.unpack(stored) or {}
local function keep(value, milliseconds)
  redis.call('SET', KEYS[1], cmsgpack.pack(value), 'PX', math.ceil(milliseconds) + 1)
end
local function result(allowed, remaining, reset, retry, delay)
  return string.format('%d %d %.17g %.17g %.17g', allowed and 1 or 0, remaining, reset, retry, delay)
end
`;

const SLIDING_WINDOW = `
local live, used = {}, 0
for at = 1, #state, 3 do
  if #live > 0 or state[at + 1] + window > now then
    for part = at, at + 2 do live[#live + 1] = state[part] end
    used = used + state[at + 2]
  end
end
local allowed = used + cost <= limit
local retry = 0
if not allowed then
  retry = -1
  local missing = used + cost - limit
  for at = 1, #live, 3 do
    missing = missing - live[at + 2]
    if missing <= 0 then
      retry = live[at + 1] + window - now
      break
    end
  end
end
if allowed and cost > 0 then
  local size = #live
  if size > 0 and now - live[size - 2] < window / 32 then
    live[size - 1] = math.max(now, live[size - 1])
    live[size] = live[size] + cost
  else
    live[size + 1], live[size + 2], live[size + 3] = now, now, cost
  end
  used = used + cost
  keep(live, live[#live - 1] + window - now)
end
return result(allowed, limit - used, live[2] and live[2] + window - now or 0, retry, 0)`;

const FIXED_WINDOW = `
local current = math.max(math.floor(now / window), state[1] or 0)
local used = state[1] == current and state[2] or 0
local allowed = used + cost <= limit
local ends = (current + 1) * window - now
if allowed and cost > 0 then
  used = used + cost
  keep({ current, used }, ends)
end
local retry = allowed and 0 or cost > limit and -1 or ends
return result(allowed, limit - used, used > 0 and ends or 0, retry, 0)`;

const bucket = (isLeaky: boolean): string => `
local leaky = ${isLeaky}
local interval = window / limit
local capacity = leaky and burst + 1 or burst
local before = math.max((state[1] or 0) - now, 0)
local excess = before + (cost - capacity) * interval
local allowed = excess <= 0.001
local used = allowed and before + cost * interval or before
if allowed and cost > 0 then keep({ now + used }, used) end
local remaining = math.min(math.floor((capacity * interval - used + 0.001) / interval), capacity)
local reset = remaining == capacity and 0 or used - (capacity - remaining - 1) * interval
local retry = allowed and 0 or cost > capacity and -1 or excess
return result(allowed, math.max(remaining, 0), reset, retry, leaky and allowed and cost > 0 and before or 0)`;

const BODIES: Readonly<Record<RateLimitAlgorithm, string>> = {
  'sliding-window': SLIDING_WINDOW,
  'fixed-window': FIXED_WINDOW,
  'token-bucket': bucket(false),
  'leaky-bucket': bucket(true),
};

/** The text of a script. @param clock sets `now`, the time in milliseconds */
export function rateLimitScript(algorithm: RateLimitAlgorithm, clock: string = REDIS_CLOCK): string {
  return clock + ARGUMENTS + BODIES[algorithm];
}
