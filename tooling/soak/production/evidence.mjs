/** Do Prometheus, the log and the traces tell what has happened? */

/** @import { Prometheus } from '../../prometheus/prometheus.ts' */
/** @import { App } from './app.mjs' */
/** @import { Collector, Span } from './collector.mjs' */
/** @import { Tally } from './visitor.mjs' */

/**
 * @typedef {object} Story What has happened.
 * @property {number} rolls
 * @property {number} workers
 * @property {number[]} kills when a worker was killed, in milliseconds since the epoch
 * @property {number} seconds
 * @property {Tally[]} tallies
 */

const COUNT = 'http_server_request_duration_seconds_count';
// Milliseconds before its end of which a killed worker has told nobody: metrics once a second, spans twice a second.
const UNTOLD = 5000;
// Milliseconds after its end in which answers of a killed worker still arrive, through the kernel and the proxy.
const ON_ITS_WAY = 100;

/**
 * @param {Prometheus} prometheus
 * @param {Story} story
 */
export async function askPrometheus(prometheus, { rolls, workers, kills, seconds, tallies }) {
  const range = `[${Math.ceil(seconds) + 30}s]`;
  const one = async (/** @type {string} */ query) => (await prometheus.query(query))[0]?.value ?? 0;
  const answered = tallies.reduce((sum, { traces }) => sum + traces.length, 0);
  const untold = countUntold(tallies, kills);
  const counted = await one(`sum(${COUNT}{http_route!~"/(health|ready|startup)"})`);
  const found = {
    'sums that fell': await one(`sum(resets(${COUNT}${range})) or vector(0)`),
    'requests counted': counted,
    'requests answered': answered,
    'fewest workers': await one(`min_over_time(blaizejs_workers${range})`),
    'new certificates': await one(`changes(blaizejs_tls_certificate_not_after_timestamp_seconds${range})`),
    'answers 503': await one(`sum(${COUNT}{http_response_status_code="503"}) or vector(0)`),
    'other answers 5xx': await one(
      `sum(${COUNT}{http_response_status_code=~"5..",http_response_status_code!="503"}) or vector(0)`,
    ),
  };
  const problems = [];
  if (found['sums that fell'] > 0) problems.push('Prometheus: a sum fell.');
  if (counted < answered - untold)
    problems.push(
      `Prometheus counts ${counted} requests of ${answered}; killed workers may have taken ${untold} with them.`,
    );
  if (found['fewest workers'] < workers - 1)
    problems.push('Prometheus: there was a time with fewer workers than all but one.');
  if (found['new certificates'] < Math.min(rolls, 2))
    problems.push('Prometheus did not see new certificates.');
  if (found['answers 503'] === 0) problems.push('Prometheus did not see that Redis was away.');
  if (found['other answers 5xx'] > 0) problems.push('Prometheus has seen errors that nobody expected.');
  return { found, problems };
}

/** Whether a line of the log tells that Redis is back. */
export function hasRecovered(/** @type {{ msg: string, check?: string }} */ { msg, check }) {
  return check === 'redis' && /again/.test(msg);
}

/** @param {App} app @param {Story} story */
export function readLog({ log }, { rolls, kills }) {
  const count = (/** @type {(line: any) => boolean} */ test) => log.filter(test).length;
  const found = {
    'reloads done': count(({ msg }) => msg === 'Reload: done'),
    'workers killed': count(({ msg }) => /SIGKILL/.test(msg)),
    'Redis away': count(({ msg }) => msg === 'Redis is away'),
    'check of Redis fails': count(({ msg, check }) => check === 'redis' && /fail/.test(msg)),
    'check of Redis passes again': count(hasRecovered),
    'requests with a trace': count(({ trace_id: id }) => id !== undefined),
    errors: log.filter(isUnexpected).length,
  };
  const problems = [];
  if (found['reloads done'] !== rolls)
    problems.push(`The log has ${found['reloads done']} reloads of ${rolls}.`);
  if (found['workers killed'] !== kills.length)
    problems.push(`The log has ${found['workers killed']} killed workers of ${kills.length}.`);
  for (const what of /** @type {const} */ ([
    'Redis away',
    'check of Redis fails',
    'check of Redis passes again',
  ]))
    if (found[what] === 0) problems.push(`The log lacks: ${what}.`);
  for (const line of log.filter(isUnexpected).slice(0, 5))
    problems.push(`The log has an error: ${JSON.stringify(line)}`);
  return { found, problems };
}

/** @param {Collector} collector @param {Story} story */
export function readTraces({ traces }, { rolls, kills, tallies }) {
  const all = tallies.flatMap(({ traces: sent }) => sent);
  const missing = all.filter(({ id }) => !traces.has(id));
  const spans = [...traces.values()].flat();
  const found = {
    'server spans': spans.length,
    'requests answered': all.length,
    'without a span': missing.length,
    'with two': all.filter(({ id }) => isTwice(traces.get(id) ?? [], kills)).length,
    processes: new Set(spans.map(({ instance }) => instance)).size,
    'spans with 503': spans.filter(({ status }) => status === 503).length,
  };
  const problems = [];
  const unexplained = missing.filter(({ at }) => !isUntold(at, kills));
  if (unexplained.length > 0) {
    const times = unexplained.slice(0, 5).map(({ at }) => kills.map((kill) => at - kill).join(' and '));
    problems.push(
      `${unexplained.length} answered requests have no span. Milliseconds after the kills: ${times.join(', ')}.`,
    );
  }
  if (found['with two'] > 0) problems.push(`${found['with two']} requests have two spans.`);
  // A worker that is ready while all connections are with others has nothing to do.
  if (found.processes <= rolls) problems.push(`The spans are of ${found.processes} processes only.`);
  if (found['spans with 503'] === 0) problems.push('The spans do not show that Redis was away.');
  return { found, problems };
}

/**
 * An error that is not an answer while Redis was away, a worker that ended before its requests, or a line that is not of the log,
 * such as of a process that has crashed.
 *
 * @param {any} line
 */
function isUnexpected({ level, status, err, msg }) {
  if (level === undefined || /while it drained/.test(msg)) return true;
  return level >= 50 && status !== 503 && err?.code !== 'ERR_BLAIZE_SESSION_STORE';
}

/** @param {readonly Tally[]} tallies @param {readonly number[]} kills */
function countUntold(tallies, kills) {
  return tallies.flatMap(({ traces }) => traces).filter(({ at }) => isUntold(at, kills)).length;
}

/**
 * Whether a request was handled twice. A proxy may send it again if a worker is killed.
 *
 * @param {readonly Span[]} spans
 * @param {readonly number[]} kills
 */
function isTwice(spans, kills) {
  const [first, second] = spans;
  return (
    second !== undefined &&
    !kills.some((kill) => first !== undefined && first.at <= kill && kill <= second.end)
  );
}

/** @param {number} at @param {readonly number[]} kills */
function isUntold(at, kills) {
  return kills.some((kill) => at <= kill + ON_ITS_WAY && at > kill - UNTOLD);
}
