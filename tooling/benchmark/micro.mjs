/**
 * `pnpm bench:micro [words]`: times the parts of the request path. With words, only the groups whose name has one of them.
 */
import { bench, group, run } from 'mitata';

import { buildIfStale } from './build.mjs';

/** @typedef {{ name: string, run: () => unknown }} Part */

process.env['NODE_ENV'] = 'production';
buildIfStale();
// Imported after the build, which is what is measured.
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
for (const [name, make] of Object.entries(GROUPS)) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  const parts = await make();
  group(name, () => {
    for (const { name, run } of parts) bench(name, run);
  });
}
await run();
process.exit();
