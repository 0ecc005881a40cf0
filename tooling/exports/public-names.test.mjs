/** `pnpm test tooling -u` takes what has changed: by then it is a decision. */
import { expect, test } from 'vitest';

import { publicPackages } from '../workspace.mjs';
import { publicNames } from './public-names.mjs';

const names = publicNames();

test.each(publicPackages().map(({ folder }) => folder))(
  '%s exports these names, and no others',
  async (folder) => {
    const text = [...(names.get(folder) ?? [])]
      .map(([specifier, exported]) => `${specifier}\n${exported.map((name) => `  ${name}\n`).join('')}`)
      .join('\n');
    await expect(text).toMatchFileSnapshot(`expected/${folder}.txt`);
  },
);
