import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RuleTester } from 'eslint';
import { parser } from 'typescript-eslint';
import { afterAll, describe, it } from 'vitest';

import { imports } from './imports.mjs';

const root = mkdtempSync(join(tmpdir(), 'arrows-'));
afterAll(() => rmSync(root, { recursive: true }));

/** @param {string} dir @param {object} manifest */
function write(dir, manifest) {
  mkdirSync(join(root, dir), { recursive: true });
  writeFileSync(join(root, dir, 'package.json'), JSON.stringify(manifest));
}

write('.', { devDependencies: { vitest: '4', zod: '4', '@blaizejs/testing': 'workspace:^' } });
write('packages/router', {
  name: '@blaizejs/router',
  imports: { '#own': './dist/own.js' },
  dependencies: { '@blaizejs/types': 'workspace:^', 'find-my-way': '9' },
  peerDependencies: { valibot: '1' },
  devDependencies: { hono: '4' },
});
write('packages/blaizejs', { name: 'blaizejs', dependencies: { '@blaizejs/router': 'workspace:^' } });
write('apps/bookmarks', {
  name: '@blaizejs/bookmarks',
  dependencies: { blaizejs: 'workspace:^' },
  devDependencies: { '@blaizejs/testing': 'workspace:^' },
});

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({ languageOptions: { parser } });

const at = (/** @type {string} */ path) => ({ filename: join(root, path), options: [{ root }] });
const source = at('packages/router/src/adapters/route.ts');
const test = at('packages/router/src/route.test.ts');
const config = at('packages/router/vitest.config.ts');
const umbrella = at('packages/blaizejs/src/index.ts');
const app = at('apps/bookmarks/src/main.ts');

const breaks = (/** @type {object} */ place, /** @type {string} */ code, /** @type {RegExp} */ message) => ({
  ...place,
  code,
  errors: [{ message }],
});

tester.run('arrows/imports', imports, {
  valid: [
    { ...source, code: `import { x } from '../route-path.ts';` },
    { ...source, code: `import { Context } from '@blaizejs/types';` },
    { ...source, code: `import { join } from 'node:path';` },
    { ...source, code: `import findMyWay from 'find-my-way';` },
    { ...source, code: `import { x } from '#own';` },
    { ...source, code: `import * as v from 'valibot/sub/path';` },
    { ...source, code: `export const name = 'blaizejs'; export { name as other };` },
    { ...test, code: `import { it } from 'vitest';` },
    { ...test, code: `import { Hono } from 'hono';` },
    { ...test, code: `import { inject } from '@blaizejs/testing';` },
    {
      ...at('packages/router/test/readme.test.ts'),
      code: `import { x } from '../../../tooling/readme/x.ts';`,
    },
    { ...test, code: `import { createGetRoute } from '@blaizejs/router';` },
    { ...at('packages/router/test/files/a.ts'), code: `import { x } from '../../src/index.ts';` },
    { ...config, code: `import { project } from '../../tooling/presets/vitest.ts';` },
    { ...umbrella, code: `export * from '@blaizejs/router';` },
    { ...app, code: `import { createServer } from 'blaizejs'; import { x } from '@blaizejs/testing';` },
    { ...at('tooling/bench/run.mjs'), code: `import '../../packages/router/src/index.ts';` },
  ],
  invalid: [
    breaks(source, `import { x } from '@blaizejs/server';`, /may not import @blaizejs\/server/),
    breaks(source, `import type { X } from '@blaizejs/middleware';`, /may not import/),
    breaks(source, `export * from '@blaizejs/middleware';`, /may not import/),
    breaks(source, `export { x } from '@blaizejs/middleware';`, /may not import/),
    breaks(source, `const x = await import('@blaizejs/middleware');`, /may not import/),
    breaks(source, `type X = import('@blaizejs/middleware').X;`, /may not import/),
    breaks(source, `import { x } from '@blaizejs/testing';`, /may not import/),
    breaks(test, `import { x } from '@blaizejs/server';`, /may not import/),
    breaks(source, `import { x } from '../../../../tooling/readme/x.ts';`, /stays inside its package/),
    breaks(source, `import { x } from 'blaizejs';`, /may not import blaizejs/),
    breaks(test, `import { x } from 'blaizejs/router';`, /may not import blaizejs/),
    breaks(source, `import { x } from '#other';`, /#other is not among the imports of/),
    breaks(source, `import { x } from '@blaizejs/nowhere';`, /may not import/),
    breaks(source, `import { x } from '@blaizejs/context/src/request.ts';`, /not a file of it/),
    breaks(test, `import { x } from '@blaizejs/context/dist/index.js';`, /not a file of it/),
    breaks(source, `import { x } from '../../../context/src/index.ts';`, /stays inside its package/),
    breaks(test, `import { x } from '../../router-other/x.ts';`, /stays inside its package/),
    breaks(app, `import { x } from '../../../packages/router/src/index.ts';`, /stays inside its package/),
    breaks(source, `import { x } from '@blaizejs/router';`, /its own files by relative paths/),
    breaks(source, `import { z } from 'zod';`, /zod is not among the dependencies/),
    breaks(source, `import { Hono } from 'hono';`, /hono is not among/),
    breaks(source, `import type { Http } from '@blaizejs/errors';`, /@blaizejs\/errors is not among/),
    breaks(test, `import { x } from 'undici';`, /undici is not among/),
    breaks(app, `import { z } from 'zod';`, /zod is not among/),
    breaks(source, `import { join } from 'path';`, /'node:path'/),
  ],
});
