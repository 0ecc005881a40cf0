/** `pnpm test [package…] [words] [flags]`: runs vitest, and passes on its flags. */
import { members, root } from '../workspace.mjs';
import { vitestArguments } from './arguments.mjs';

const projects = [...members('packages'), ...members('apps')].map(({ folder, path, manifest }) => ({
  folder,
  path,
  name: manifest.name,
}));
projects.push({ folder: 'tooling', path: 'tooling', name: 'tooling' });

try {
  const { args, debug, partial } = vitestArguments(process.argv.slice(2), projects);
  // For the configuration, since the command line can set neither for all projects.
  if (debug) process.env['BLAIZE_TEST_DEBUG'] = '1';
  if (partial) process.env['BLAIZE_TEST_PARTIAL'] = '1';
  process.chdir(root);
  process.argv.splice(2, Infinity, ...args);
  await import(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')).href);
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
