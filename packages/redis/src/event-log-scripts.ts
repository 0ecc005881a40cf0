// A topic is a stream whose ids count from 1, and each entry has the epoch (`e`): a stream that is created anew has another.
// A topic without a stream has the epoch 0, and the time in milliseconds as its number.

const LAST = `
local function numberOf(entry) return tonumber(string.match(entry[1], '^%d+')) end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local function text(number) return string.format('%.0f', number) end`;

const CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** `KEYS`: the topic. `ARGV`: its channel, the number of events to keep, ttl, an epoch, the text. Returns epoch and number. */
export const APPEND = `${LAST}
local epoch = last and last[2][2] or ARGV[4]
local number = text(last and numberOf(last) + 1 or 1)
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[2], number .. '-0', 'e', epoch, 'd', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[1], epoch .. ' ' .. number .. ' ' .. ARGV[5])
return { epoch, number }`;

/** `KEYS`: the topic. Returns epoch and number of its last event. */
export const POSITION = `${LAST}${CLOCK}
if last then return { last[2][2], text(numberOf(last)) } end
return { '0', text(now) }`;

/**
 * `KEYS`: the topic. `ARGV`: epoch, number, how many events, ttl. Returns nothing if events after that are no longer there,
 * otherwise the epoch, and number and text of each event.
 */
export const READ = `${LAST}${CLOCK}
local epoch, number = ARGV[1], tonumber(ARGV[2])
if epoch == '0' then
  if now - number >= tonumber(ARGV[4]) or number > now then return false end
  if not last then return { epoch } end
  epoch, number = last[2][2], 0
elseif not last or last[2][2] ~= epoch or numberOf(last) < number then
  return false
end
local entries = redis.call('XRANGE', KEYS[1], text(number + 1) .. '-0', '+', 'COUNT', ARGV[3])
if entries[1] and numberOf(entries[1]) ~= number + 1 then return false end
local result = { epoch }
for _, entry in ipairs(entries) do
  result[#result + 1] = text(numberOf(entry))
  result[#result + 1] = entry[2][4]
end
return result`;
