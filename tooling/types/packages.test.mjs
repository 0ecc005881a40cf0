import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';
import { expect, it } from 'vitest';

import { members, root } from '../workspace.mjs';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @param {string} folder @param {string} name */
function filesOf(folder, name) {
  const file = join(root, folder, name);
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path));
  return ts.parseJsonConfigFileContent(config, ts.sys, join(root, folder)).fileNames;
}

const together = new Set(filesOf('.', 'tsconfig.packages.json'));

it.each(members('packages').map(({ path, manifest }) => /** @type {const} */ ([manifest.name, path])))(
  '`pnpm type-check` checks every file of %s',
  (name, path) => {
    const left = filesOf(path, 'tsconfig.json').filter((file) => !together.has(file));
    if (left.length > 0) expect(scripts['type-check'].split(' ')).toContain(`--filter=${name}`);
  },
);
