/** `pnpm bench:micro [words]`: times the parts of the way of a request, those whose group has one of the words. */
import { measure } from 'mitata';

import { buildIfStale } from './build.mjs';
import { table } from './report.mjs';

/** @typedef {{ name: string, run: () => unknown }} Part */

process.env['NODE_ENV'] = 'production';
buildIfStale();
// What is measured is what was built, so it is imported after that.
const { chain } = await import('./micro/chain.mjs');
const { lookup } = await import('./micro/lookup.mjs');
const { query } = await import('./micro/query.mjs');
const { request } = await import('./micro/request.mjs');

/** @type {Readonly<Record<string, () => Part[] | Promise<Part[]>>>} */
const GROUPS = {
  'middleware chain': chain,
  'route lookup': lookup,
  'query parsing': query,
  'whole request over HTTP/1.1 in memory': request,
};

const words = process.argv.slice(2).filter((word) => word !== '--');

console.log(`Node ${process.versions.node}, nanoseconds for one; 1 % took longer than p99\n`);
for (const [group, make] of Object.entries(GROUPS)) {
  if (words.length > 0 && !words.some((word) => group.includes(word))) continue;
  const rows = [];
  for (const { name, run } of await make()) {
    const { avg, min, p50, p99 } = await measure(run);
    rows.push([name, ...[p50, avg, min, p99].map((time) => time.toFixed(time < 100 ? 1 : 0))]);
  }
  console.log(`${table([group, 'median', 'mean', 'min', 'p99'], rows)}\n`);
}
process.exit();
