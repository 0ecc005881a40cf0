/**
 * @typedef {object} Sample What a server held at a moment of rest, and what it had done until then.
 * @property {number} memory bytes after a garbage collection
 * @property {number} requests
 * @property {number} reloads
 */

// Bytes that memory may grow in a run, however long it is. A leak grows with the requests; what V8 still learns about
// code that seldom runs (feedback, compiled functions, hidden classes) does not. A kilobyte that is kept for a request
// shows in a short run, a hundred bytes in one of ten minutes.
const LEARNING = 2 * 1_048_576;

// Bytes a reload. Node never lets go of a module: 9 to 22 KB, by its version. A change renews a route and what it
// imports, in each of the two servers.
const KEPT = 2 * 2 * 22_000;

/**
 * What is wrong with how memory developed.
 *
 * @param {readonly Sample[]} samples
 * @returns {string[]}
 */
export function problemsOfGrowth(samples) {
  const { perRequest, perReload } = fitGrowth(kept(samples));
  const requests = (samples.at(-1)?.requests ?? 0) - (samples[0]?.requests ?? 0);
  const problems = [];
  if (perRequest * requests > LEARNING) {
    problems.push(`Memory grew by ${Math.round(perRequest)} bytes a request, in ${requests} requests.`);
  }
  if (perReload > KEPT) problems.push(`Memory grew by ${Math.round(perReload)} bytes a reload.`);
  return problems;
}

/**
 * What was given back later was not kept: a buffer that its last user lets go of with the next request, say.
 *
 * @param {readonly Sample[]} samples
 */
function kept(samples) {
  return samples.map((sample, index) => ({
    ...sample,
    memory: Math.min(...samples.slice(index).map(({ memory }) => memory)),
  }));
}

/**
 * Fits `memory = start + perRequest × requests + perReload × reloads` by least squares, with neither below 0: nothing
 * is given back for a request. Parts of a run without reloads are what tells the one from the other.
 *
 * @param {readonly Sample[]} samples
 * @throws RangeError where requests and reloads grew alike
 */
export function fitGrowth(samples) {
  const memory = centred(samples.map((sample) => sample.memory));
  const requests = centred(samples.map((sample) => sample.requests));
  const reloads = centred(samples.map((sample) => sample.reloads));
  const [aa, ab, bb] = [dot(requests, requests), dot(requests, reloads), dot(reloads, reloads)];
  const [ay, by] = [dot(requests, memory), dot(reloads, memory)];
  const determinant = aa * bb - ab * ab;
  if (determinant <= aa * bb * 1e-9) throw new RangeError('The samples do not tell requests from reloads.');
  const perRequest = (ay * bb - by * ab) / determinant;
  const perReload = (by * aa - ay * ab) / determinant;
  // Where one would be below 0 it is 0, and the other alone explains the rest.
  if (perReload < 0) return { perRequest: Math.max(0, ay / aa), perReload: 0 };
  if (perRequest < 0) return { perRequest: 0, perReload: Math.max(0, by / bb) };
  return { perRequest, perReload };
}

/** @param {readonly number[]} values */
function centred(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** @param {readonly number[]} a @param {readonly number[]} b */
function dot(a, b) {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
