import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { root } from '../workspace.mjs';

const folder = join(root, '.github/workflows');

describe.each(readdirSync(folder))('%s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');

  // A tag can be moved to other code, a commit cannot. Dependabot keeps the comment up to date.
  it('pins actions by commit, and names the version', () => {
    const uses = text.match(/uses:.*/g) ?? [];
    expect(uses).not.toHaveLength(0);
    for (const line of uses) expect(line).toMatch(/^uses: [\w-]+(\/[\w.-]+)+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('names all permissions, and does not run the same thing twice', () => {
    expect(text).toMatch(/^permissions:( \{\}|\n {2}contents: read)\n\n/m);
    expect(text).toMatch(/^concurrency:$/m);
  });

  it('has a timeout', () => {
    expect(text.match(/timeout-minutes:/g)).toHaveLength(text.match(/runs-on:/g)?.length ?? 0);
  });
});
