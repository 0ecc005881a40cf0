/**
 * `pnpm release:rehearse`: rehearses a release, from pending changesets to installed packages, on a copy of the checkout and
 * with its own registry. CONTRIBUTING.md and RELEASING.md say when to run it.
 */
import { deepStrictEqual } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import pMap from 'p-map';

import { startRegistry } from '../scaffold/registry.mjs';
import { publicPackages, root } from '../workspace.mjs';
import { environment, run, upstreamRegistry } from './commands.mjs';
import { copyCheckout } from './copy.mjs';
import { checkAlone, checkUmbrella } from './installs.mjs';
import { breakingChange, checkFiles, script, unsigned, version } from './publish.mjs';
import { runSteps, step } from './steps.mjs';
import { checkTypes } from './types.mjs';

// In parallel, since an installation waits for the disk as much as for a core.
const AT_A_TIME = 2;
const MANAGERS = /** @type {const} */ (['npm', 'pnpm']);

await runSteps(rehearse);

/** @param {string} folder */
async function rehearse(folder) {
  const names = publicPackages().map(({ manifest }) => manifest.name);
  const copy = join(folder, 'copy');
  const upstream = await upstreamRegistry(root);

  const registry = await startRegistry(upstream, names);
  try {
    const env = environment({ folder, registry: registry.url });
    const { host } = new URL(registry.url);
    writeFileSync(join(folder, 'npmrc'), `//${host}/:_authToken=${registry.token}\n`);

    await step('copy the checkout, and install what it needs', async () => {
      await copyCheckout(copy, env);
      const args = ['install', '--frozen-lockfile', '--filter', '.', '--filter', './packages/*'];
      // From the store of the checkout itself, which is fast. Installing the copy is not part of the rehearsal.
      await run('pnpm', args, { cwd: copy, env: { ...process.env, CI: 'true' }, seconds: 300 });
      unsigned(copy);
    });

    const first = await step('version all packages', () => version(copy, env));
    for (const [name, version] of Object.entries(first)) console.log(`   ${name} ${version}`);
    await step('build, check and publish them', () => script(copy, env, ['release']));
    await step('compare the files of the tarballs', () => checkFiles(registry.url, folder, env));

    await step('install each package alone, and run its example', () =>
      pMap(
        names.flatMap((name) => MANAGERS.map((manager) => ({ name, manager }))),
        ({ name, manager }) => checkAlone({ folder, env, name, manager }),
        { concurrency: AT_A_TIME },
      ),
    );

    // With pnpm, a package finds only its own dependencies, so missing types would show here.
    await step('check the types of all', () => checkTypes(join(folder, 'pnpm'), env));

    const change = breakingChange(copy);
    const second = await step(`a breaking change of ${change.name} moves what depends on it`, async () => {
      change.write();
      const versions = await version(copy, env);
      const moved = names.filter((name) => first[name] !== versions[name]).sort();
      for (const name of moved) console.log(`   ${name} ${versions[name]}`);
      deepStrictEqual(moved, change.moves);
      return versions;
    });
    await step('publish that', () => script(copy, env, ['exec', 'changeset', 'publish']));

    for (const manager of MANAGERS) {
      await step(`${manager}: an old lockfile still installs, and an upgrade moves what it should`, () =>
        checkUmbrella({ folder, env, manager, first, second }),
      );
    }
  } finally {
    await registry.stop();
  }
}
