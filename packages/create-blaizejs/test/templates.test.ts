import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { rangeOf } from '../src/own-manifest.ts';
import { packageManagerFor } from '../src/package-manager.ts';
import { type Template, TEMPLATES } from '../src/templates.ts';
import { filesOf } from '../src/write-template.ts';

const templates = Object.keys(TEMPLATES) as Template[];
const npm = packageManagerFor('npm/11.0.0');

// The tests of the templates run here too, from source.
describe.each(templates)('the template %s', async (template) => {
  const files = filesOf({ template, name: 'app', packageManager: npm });
  for (const name of files.keys()) {
    if (name.endsWith('.test.ts'))
      await import(new URL(`../templates/${template}/${name}`, import.meta.url).href);
  }

  test('has tests, and no placeholder is left', () => {
    expect([...files.keys()].filter((name) => name.endsWith('.test.ts'))).not.toEqual([]);
    expect([...files].filter(([, text]) => text.includes('{{'))).toEqual([]);
  });

  test('has its dotfiles, and a .gitignore', () => {
    expect([...files.keys()].filter((name) => name.startsWith('_'))).toEqual([]);
    expect(files.get('.gitignore')).toMatch(/^node_modules\/$[^]*^\.blaize\/$/m);
  });

  test('depends on the versions that are released with this package', () => {
    const { dependencies, devDependencies } = JSON.parse(files.get('package.json')!);
    const { version } = JSON.parse(
      readFileSync(new URL('../../blaizejs/package.json', import.meta.url), 'utf8'),
    );
    expect(dependencies.blaizejs).toBe(`^${version}`);
    expect(Object.values({ ...dependencies, ...devDependencies })).not.toContain('*');
  });

  test('is the same for each package manager, except for its files and commands', () => {
    const forYarn = filesOf({ template, name: 'app', packageManager: packageManagerFor('yarn/4.9.1') });
    expect(new Set(forYarn.keys())).toEqual(new Set([...files.keys(), '.yarnrc.yml', 'yarn.lock']));
    const { allowScripts, ...manifest } = JSON.parse(files.get('package.json')!);
    expect(allowScripts).toEqual({ esbuild: false, fsevents: false });
    expect(JSON.parse(forYarn.get('package.json')!)).toEqual({ ...manifest, packageManager: 'yarn@4.9.1' });
    expect(files.get('README.md')).toContain('`npm run dev`');
    expect(forYarn.get('README.md')).toContain('`yarn run dev`');
  });
});

test('the Dockerfile installs with the package manager of the app', () => {
  const files = filesOf({ template: 'api', name: 'app', packageManager: packageManagerFor('pnpm/10.1.0') });
  expect(files.get('Dockerfile')).toContain('COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./\n');
  expect(files.get('Dockerfile')).toContain(
    'RUN npm install --global pnpm@10 && pnpm install --frozen-lockfile\n',
  );
});

test('Compose waits longer than the server takes to stop', () => {
  const files = filesOf({ template: 'api', name: 'app', packageManager: packageManagerFor() });
  const grace = Number(/stop_grace_period: (\d+)s/.exec(files.get('compose.yaml')!)?.[1]);
  // The default of `shutdownTimeout`, while `DRAIN_DELAY` is not set.
  expect(grace).toBeGreaterThan(10);
});

test("a range comes from the devDependencies, or in the workspace from the package's version", () => {
  const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(rangeOf('zod')).toBe(devDependencies.zod);
  expect(rangeOf('@blaizejs/cli')).toMatch(/^\^\d+\.\d+\.\d+/);
  expect(() => rangeOf('left-pad')).toThrow(
    'A template needs left-pad, which is not a devDependency of create-blaizejs.',
  );
});
