import { readFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

import { App } from './app.ts';
import { run } from './run.ts';

const route = (shape: string): string => `
  import { z } from 'zod';
  export const GET = { schema: { response: z.object(${shape}) }, handler: () => undefined };
`;
const INSTALLED = ['blaizejs', 'tsx', 'zod', '@blaizejs/openapi'];

test('the document of route files, without starting the server', async () => {
  const app = await App.make(
    {
      'package.json': JSON.stringify({ name: 'notes', version: '1.2.3', type: 'module' }),
      'src/server.ts': 'throw new Error("started")',
      'src/routes/users/[id].ts': route('{ id: z.string() }'),
    },
    INSTALLED,
  );
  const { code, out } = await run(app.path, 'openapi');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    openapi: '3.1.0',
    info: { title: 'notes', version: '1.2.3' },
    paths: { '/users/{id}': { get: { operationId: 'getUsersById' } } },
  });
});

test('--out writes it with the options beside the server file, and --check compares', async () => {
  const app = await App.make(
    {
      'src/server.ts': '',
      'src/openapi.ts': "export default { info: { title: 'Mine', version: '2.0.0' }, docs: '/docs' };",
      'src/routes/a.ts': route('{ id: z.string() }'),
    },
    INSTALLED,
  );
  expect(await run(app.path, 'openapi', '--out', 'openapi.json')).toMatchObject({ code: 0, out: '' });
  const written = JSON.parse(await readFile(app.file('openapi.json'), 'utf8')) as { info: object };
  expect(written.info).toEqual({ title: 'Mine', version: '2.0.0' });
  expect(await run(app.path, 'openapi', '--check', 'openapi.json')).toMatchObject({ code: 0, out: '' });

  await app.write({ 'api/a.ts': route('{ name: z.string() }') });
  const { code, out, err } = await run(app.path, 'openapi', '--routes', 'api', '--check', 'openapi.json');
  expect(code).toBe(1);
  expect(out).toContain('breaking: GET /a answer 200.id was removed\n');
  expect(err).toContain(
    'openapi.json is out of date. If you mean these changes, run `npx blaize openapi --out openapi.json` and commit',
  );
  await app.write({ 'pnpm-lock.yaml': '' });
  expect((await run(app.path, 'openapi', '--routes', 'api', '--check', 'openapi.json')).err).toContain(
    '`pnpm exec blaize openapi --out openapi.json`',
  );
  expect((await run(app.path, 'openapi', '--check', 'none.json')).err).toContain(
    'Write it with `pnpm exec blaize openapi --out none.json`',
  );
});

test.each([
  [{ 'src/routes/a.mjs': '' }, ['--out', 'a', '--check', 'b'], 2, /Use --out or --check, not both/],
  [{ 'src/routes/a.ts': route('{}') }, ['--check', 'none.json'], 1, /none\.json can't be read/],
  [
    { 'src/routes/a.ts': route('{}'), 'x.json': '[]' },
    ['--check', 'x.json'],
    1,
    /x\.json is not an OpenAPI document/,
  ],
  [{ 'src/routes/a.ts': route('{}') }, ['--options', 'none.ts'], 1, /--options none\.ts: there is no file/],
  [
    { 'src/routes/a.ts': route('{}'), 'o.mjs': '' },
    ['--options', 'o.mjs'],
    1,
    /o\.mjs has no default export/,
  ],
])('what cannot be done is an error (case %#)', async (files, args, status, message) => {
  const app = await App.make(files, INSTALLED);
  const { code, err } = await run(app.path, 'openapi', ...args);
  expect(err).toMatch(message);
  expect(code).toBe(status);
});

test('an app without the package is told what to install', async () => {
  const app = await App.make({ 'src/routes/a.ts': route('{}') });
  const { code, err } = await run(app.path, 'openapi');
  expect(code).toBe(1);
  expect(err).toMatch(/@blaizejs\/openapi is not installed in .*npm install @blaizejs\/openapi/);
});
