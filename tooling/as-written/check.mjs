/**
 * `pnpm check:as-written`, after a build: do the commands on our pages work if they are pasted? Each walkthrough begins in
 * an empty folder, saves the files that its pages show, and runs the commands unchanged, with the packages of this checkout
 * and the latest versions of all others. `npx tsc` is repeated with other versions of TypeScript.
 *
 *   --node <path>       on this Node; default: the one that runs this
 *   --only <name>       just this walkthrough; may be given several times
 *   --verbose           how long each step takes
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import pMap from 'p-map';

import {
  environment,
  freePort,
  packAll,
  root,
  run,
  runSteps,
  serveTarballs,
  step,
  upstreamRegistry,
  withNode,
} from './outside.mjs';
import { Session } from './session.mjs';
import { actionsOn, WALKTHROUGHS } from './walkthroughs.mjs';

/** @import { Walkthrough } from './walkthroughs.mjs' */

// In parallel, since an installation waits for the network as much as for a core.
const AT_A_TIME = 2;

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    only: { type: 'string', multiple: true },
    verbose: { type: 'boolean', default: false },
  },
});

await runSteps(async (folder) => {
  const tarballs = await step('pack', () => packAll(folder));
  const registry = await serveTarballs(tarballs, await upstreamRegistry(root));
  const shared = join(folder, 'shared');
  mkdirSync(shared);
  const env = {
    ...withNode(environment({ folder, registry: registry.url }), resolve(values.node), join(folder, 'bin')),
    // Cached metadata of packages is not requested again.
    npm_config_prefer_offline: 'true',
  };
  try {
    console.log(`Node ${(await run('node', ['--version'], { cwd: folder, env })).trim()}`);
    const chosen = WALKTHROUGHS.filter(({ name }) => values.only?.includes(name) ?? true);
    if (chosen.length === 0) {
      throw new Error(`--only: one of ${WALKTHROUGHS.map(({ name }) => name).join(', ')}.`);
    }
    // The first one runs alone, and fills npm's cache for the others.
    const [first, ...rest] = chosen;
    for (const group of [[first], rest]) {
      await pMap(
        /** @type {Walkthrough[]} */ (group),
        (walkthrough) =>
          step(walkthrough.name, async () => {
            const port = await freePort('localhost');
            const place = join(folder, `walk-${port}`);
            await walk(walkthrough, new Session({ folder: place, shared, env, port }));
            console.log(`   ${walkthrough.name}: works as written`);
          }),
        { concurrency: AT_A_TIME },
      );
    }
  } finally {
    await registry.stop();
  }
});

/** @param {Walkthrough} walkthrough @param {Session} session */
async function walk({ pages, copies = {} }, session) {
  try {
    for (const page of pages) {
      for (const name of copies[page] ?? []) session.copySample(name);
      for (const action of actionsOn(page)) {
        const begun = performance.now();
        try {
          await session.do(action);
          const seconds = ((performance.now() - begun) / 1000).toFixed(1);
          if (values.verbose) console.log(`   ${page}:${action.line} ${action.kind} ${seconds} s`);
        } catch (error) {
          throw new Error(`${page}:${action.line}: ${/** @type {Error} */ (error).message}`, {
            cause: error,
          });
        }
      }
    }
    await session.stopServer();
  } finally {
    await session.end();
  }
}
