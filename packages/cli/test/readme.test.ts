import { readFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

import { App } from './app.ts';
import { run } from './run.ts';

test('the example of the README prints what it shows', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, session = ''] = /^```console\n([^]*?)^```/m.exec(readme) ?? [];
  const steps = session.split(/^\$ npx blaize /m).slice(1);
  expect(steps).toHaveLength(2);
  const app = await App.make({ 'src/server.ts': '' });
  for (const step of steps) {
    const [line = '', ...output] = step.split('\n');
    const { code, out } = await run(app.path, ...line.replaceAll("'", '').split(' '));
    expect({ code, out }).toEqual({ code: 0, out: output.join('\n') });
  }
});
