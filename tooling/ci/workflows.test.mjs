import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { root } from '../workspace.mjs';

const folder = join(root, '.github/workflows');

describe.each(readdirSync(folder))('%s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');

  // A tag can be moved to other code, a commit cannot. Dependabot keeps the comment true.
  it('pins actions by commit, and says which version that is', () => {
    const uses = text.match(/uses:.*/g) ?? [];
    expect(uses).not.toHaveLength(0);
    for (const line of uses) expect(line).toMatch(/^uses: [\w-]+(\/[\w.-]+)+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('has no permission that it does not name, and no two runs of one thing', () => {
    expect(text).toMatch(/^permissions:( \{\}|\n {2}contents: read)\n\n/m);
    expect(text).toMatch(/^concurrency:$/m);
  });

  it('ends by itself', () => {
    expect(text.match(/timeout-minutes:/g)).toHaveLength(text.match(/runs-on:/g)?.length ?? 0);
  });
});
