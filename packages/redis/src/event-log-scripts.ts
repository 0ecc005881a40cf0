// A topic is a stream whose ids count from 1. Each entry has the epoch (`e`), the text (`d`) and the run of the Redis that took it
// (`r`): a stream that is created anew has another epoch.
//
// A Redis that was started with older data, or a replica that has taken over, may lack the last events, and would give their
// numbers to others. So the first entry of another run skips many numbers, not as many as other runs, and says which one it follows
// (`p`): those who have had an event that was lost are told so, and all others just go on.
//
// A topic without a stream has the epoch `none_` and the run, and the time in milliseconds as its number.

const LAST = `
local function numberOf(entry) return tonumber(string.match(entry[1], '^%d+')) end
local function text(number) return string.format('%.0f', number) end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]`;

// INFO may be forbidden to a user; then there is one run for ever.
const RUN = `
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%w%w%w%w%w%w%w%w)') or '00000000'`;

const CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** `KEYS`: the topic. `ARGV`: its channel, the number of events to keep, ttl, an epoch, the text. Returns epoch and number. */
export const APPEND = `${LAST}${RUN}
local epoch = last and last[2][2] or ARGV[4]
local number = last and numberOf(last) + 1 or 1
local fields = { 'e', epoch, 'd', ARGV[5], 'r', run }
if last and last[2][6] ~= run then
  fields[7], fields[8] = 'p', text(number - 1)
  number = number + 1000000 + tonumber(string.sub(run, 2), 16)
end
number = text(number)
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[2], number .. '-0', unpack(fields))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[1], epoch .. ' ' .. number .. ' ' .. ARGV[5])
return { epoch, number }`;

/** `KEYS`: the topic. Returns epoch and number of its last event. */
export const POSITION = `${LAST}${RUN}${CLOCK}
if last then return { last[2][2], text(numberOf(last)) } end
return { 'none_' .. run, text(now) }`;

/**
 * `KEYS`: the topic. `ARGV`: epoch, number, how many events, ttl. Returns nothing if events after that are no longer there,
 * otherwise the epoch, and number and text of each event.
 */
export const READ = `${LAST}${RUN}${CLOCK}
local epoch, number = ARGV[1], tonumber(ARGV[2])
if epoch == 'none_' .. run then
  if now - number >= tonumber(ARGV[4]) or number > now then return false end
  if not last then return { epoch } end
  epoch, number = last[2][2], 0
elseif not last or last[2][2] ~= epoch or numberOf(last) < number then
  return false
end
local entries = redis.call('XRANGE', KEYS[1], text(number + 1) .. '-0', '+', 'COUNT', ARGV[3])
local result = { epoch }
for _, entry in ipairs(entries) do
  local before = entry[2][8] and tonumber(entry[2][8]) or numberOf(entry) - 1
  if before ~= number then return false end
  number = numberOf(entry)
  result[#result + 1] = text(number)
  result[#result + 1] = entry[2][4]
end
return result`;
