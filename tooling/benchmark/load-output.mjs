/** Parses the output of wrk and h2load. */

/**
 * @typedef {object} LoadResult
 * @property {number} requests answered
 * @property {number} perSecond
 * @property {string[]} errors one sentence each
 */

/** @param {string} text @returns {LoadResult} */
export function parseWrk(text) {
  const requests = numberIn(text, /^\s*(\d+) requests in /m);
  const perSecond = numberIn(text, /^Requests\/sec:\s+([\d.]+)/m);
  const errors = [];
  // Both lines appear only if there were errors.
  const socket = text.match(/^\s*Socket errors: (.*)$/m)?.[1];
  if (socket !== undefined) errors.push(`socket errors: ${socket}`);
  const status = text.match(/^\s*Non-2xx or 3xx responses: (\d+)$/m)?.[1];
  if (status !== undefined) errors.push(`${status} answers with another status than 2xx or 3xx`);
  return checked({ requests, perSecond, errors });
}

/** @param {string} text @returns {LoadResult} */
export function parseH2load(text) {
  const perSecond = numberIn(text, /^finished in [^,]+, ([\d.]+) req\/s/m);
  const requests = numberIn(text, /^requests: .* (\d+) done/m);
  const errors = [];
  for (const kind of ['failed', 'errored', 'timeout']) {
    const count = numberIn(text, new RegExp(`^requests: .* (\\d+) ${kind}`, 'm'));
    if (count > 0) errors.push(`${count} requests ${kind}`);
  }
  for (const status of ['3xx', '4xx', '5xx']) {
    const count = numberIn(text, new RegExp(`^status codes: .* (\\d+) ${status}`, 'm'));
    if (count > 0) errors.push(`${count} answers with status ${status}`);
  }
  const protocol = text.match(/^Application protocol: (\S+)/m)?.[1];
  if (requests > 0 && protocol !== 'h2') errors.push(`the protocol was ${protocol}, not h2`);
  return checked({ requests, perSecond, errors });
}

/** @param {LoadResult} result */
function checked(result) {
  if (result.requests === 0) result.errors.push('no request was answered');
  return result;
}

/** @param {string} text @param {RegExp} pattern */
function numberIn(text, pattern) {
  const found = text.match(pattern)?.[1];
  if (found === undefined) throw new Error(`There is no ${pattern} in this output:\n${text}`);
  return Number(found);
}
