import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { publicPackages, root } from '../workspace.mjs';
import { outOfReach, releasesIn } from './ranges.mjs';

const maker = {
  name: 'create-blaizejs',
  version: '0.3.0',
  devDependencies: { blaizejs: 'workspace:^', zod: '^4.0.0' },
};

/** @param {string} version @param {import('./ranges.mjs').Releases} releases */
const reach = (version, releases) => outOfReach(maker, [{ name: 'blaizejs', version }, maker], releases);

describe('outOfReach', () => {
  it.each(
    /** @type {const} */ ([
      ['0.1.0', 'patch', true],
      ['0.1.0', 'minor', false],
      ['0.1.0', 'major', false],
      ['1.2.3', 'minor', true],
      ['1.2.3', 'major', false],
      ['0.0.0', 'patch', false],
    ]),
  )('apps that ask for ^%s get the next %s: %s', (version, kind, reached) => {
    expect(reach(version, { blaizejs: kind })).toEqual(reached ? [] : ['blaizejs']);
  });

  it('finds no problem if create-blaizejs is released too, or a package is not for apps', () => {
    expect(reach('0.1.0', { blaizejs: 'minor', 'create-blaizejs': 'patch' })).toEqual([]);
    expect(reach('0.1.0', { '@blaizejs/errors': 'minor' })).toEqual([]);
  });
});

describe('releasesIn', () => {
  it('uses the largest kind of change for each package, and ignores the text', () => {
    const changesets = [
      "---\n'@blaizejs/cli': patch\nblaizejs: none\n'blaizejs': minor\n---\n\nText.\n'create-blaizejs': major\n",
      "---\n'@blaizejs/cli': major\n---\n\nText.\n",
      "---\n'@blaizejs/cli': minor\n---\n\nText.\n",
    ];
    expect(releasesIn(changesets)).toEqual({ '@blaizejs/cli': 'major', blaizejs: 'minor' });
  });
});

describe('the pending changesets', () => {
  it('release create-blaizejs if new apps would not get the new versions: add it to the changeset as a patch', () => {
    const folder = join(root, '.changeset');
    const changesets = readdirSync(folder)
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n'));
    const manifests = publicPackages().map(({ manifest }) => manifest);
    const real = manifests.find(({ name }) => name === maker.name);
    expect(real?.devDependencies).toHaveProperty('blaizejs');
    expect(outOfReach(real ?? maker, manifests, releasesIn(changesets))).toEqual([]);
  });
});
