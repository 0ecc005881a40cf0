/**
 * @typedef {object} Sample What a server held at a moment of rest, and what it had done until then.
 * @property {number} memory bytes after a garbage collection
 * @property {number} requests
 * @property {number} reloads
 */

// Bytes by which memory may grow in a run of any length. A leak grows with the requests; V8's data about code that seldom
// runs (feedback, compiled functions, hidden classes) does not. A leak of a kilobyte per request shows in a short run, one
// of a hundred bytes in ten minutes.
const LEARNING = 2 * 1_048_576;

// Bytes per reload. Node never frees a module, which takes 9 to 22 KB, depending on the version. A change renews a route and
// its imports, in each of the two servers.
const KEPT = 2 * 2 * 22_000;

/**
 * The problems with the growth of memory.
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
 * Memory that was freed later is not a leak: a buffer that is only released by the next request, for example.
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
 * Fits `memory = start + perRequest × requests + perReload × reloads` by least squares, with neither below 0, since requests
 * don't free memory. The parts of a run without reloads make it possible to tell the two apart.
 *
 * @param {readonly Sample[]} samples
 * @throws RangeError if requests and reloads grew proportionally
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
  // If one would be below 0, it is 0, and the other one explains everything.
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
