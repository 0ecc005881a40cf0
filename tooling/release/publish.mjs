import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { differences } from '../pack/file-list.mjs';
import { publicPackages, readManifest } from '../workspace.mjs';
import { run } from './commands.mjs';
import { commit } from './copy.mjs';
import { movedWith, telling } from './versions.mjs';

/** @import { Packument } from '../scaffold/registry.mjs' */
/** @import { Versions } from './versions.mjs' */

/**
 * Turns off provenance, since only the release workflow has the identity to sign it.
 *
 * @param {string} copy of the checkout
 */
export function unsigned(copy) {
  for (const { path } of publicPackages()) {
    const file = join(copy, path, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    delete manifest.publishConfig?.provenance;
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  }
}

/**
 * Turns the pending changesets into versions and changelogs.
 *
 * @param {string} copy of the checkout
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Versions>} of all packages
 */
export async function version(copy, env) {
  await script(copy, env, ['exec', 'changeset', 'version']);
  await commit(copy, env, 'chore: version packages');
  /** @type {Versions} */
  const versions = {};
  for (const { path, manifest } of publicPackages()) {
    const { name, version } = readManifest(join(copy, path));
    if (version === '0.0.0') throw new Error(`${name} has no version: name it in a changeset.`);
    if (version !== manifest.version) checkChangelog(join(copy, path, 'CHANGELOG.md'), version);
    versions[name] = version;
  }
  return versions;
}

/**
 * Runs pnpm in the copy, in which only the necessary dependencies are installed.
 *
 * @param {string} copy
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} args
 */
export async function script(copy, env, args) {
  const quiet = { ...env, pnpm_config_verify_deps_before_run: 'false' };
  // A build takes six minutes on two busy cores.
  await run('pnpm', args, { cwd: copy, env: quiet, seconds: 900 });
}

/** @param {string} file @param {string} version */
function checkChangelog(file, version) {
  const [, entry = ''] = readFileSync(file, 'utf8').split(/^## /m);
  if (!entry.startsWith(`${version}\n`) || !/^- /m.test(entry)) {
    throw new Error(`${file} does not begin with the changes of ${version}:\n${entry}`);
  }
}

/**
 * Compares the published files with the lists in `tooling/pack/expected`.
 *
 * @param {string} registry
 * @param {string} folder a temporary one
 * @param {NodeJS.ProcessEnv} env
 */
export async function checkFiles(registry, folder, env) {
  /** @type {string[]} */
  const problems = [];
  for (const { folder: name, manifest } of publicPackages()) {
    const packument = /** @type {Packument} */ (await (await fetch(`${registry}${manifest.name}`)).json());
    const { dist } = packument.versions[packument['dist-tags']['latest'] ?? ''] ?? {};
    const file = join(folder, 'published.tgz');
    writeFileSync(file, Buffer.from(await (await fetch(dist?.tarball ?? '')).arrayBuffer()));
    const list = await run('tar', ['-tzf', file], { cwd: folder, env });
    // Every path in an npm tarball begins with `package/`.
    const contents = list
      .trimEnd()
      .split('\n')
      .map((path) => path.replace('package/', ''));
    problems.push(...differences(name, contents).map((line) => `${manifest.name}: ${line}`));
  }
  if (problems.length > 0) {
    throw new Error(
      `\n${problems.join('\n')}\nIf that is intended: pnpm build && pnpm check:packages --update`,
    );
  }
}

/**
 * Adds a changeset that breaks a package on which some, but not all, others depend.
 *
 * @param {string} copy of the checkout
 */
export function breakingChange(copy) {
  const manifests = publicPackages().map(({ path }) => readManifest(join(copy, path)));
  const name = telling(manifests);
  // Below 1.0.0, a minor version may break.
  const kind = manifests.some((one) => one.name === name && one.version.startsWith('0.')) ? 'minor' : 'major';
  return {
    name,
    moves: [...movedWith(manifests, name)].sort(),
    write: () =>
      writeFileSync(
        join(copy, '.changeset/rehearsal.md'),
        `---\n'${name}': ${kind}\n---\n\nBreaks something.\n`,
      ),
  };
}
