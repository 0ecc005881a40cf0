import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README prints what it says', async () => {
  const folder = new URL('..', import.meta.url);
  const printed = await runExample(folder);
  expect(await readFile(new URL('README.md', folder), 'utf8')).toContain(`\`\`\`text\n${printed}\`\`\``);
});
