import type { ListedRoute } from '../route-list.ts';
import { namesOf, type Style } from './files.ts';

/** The code of a middleware. */
export function middlewareSource(name: string, { from }: Pick<Style, 'from'>): string {
  const { camel, kebab } = namesOf(name);
  return `import { createMiddleware } from '${from('middleware')}';

export const ${camel} = createMiddleware({
  name: '${kebab}',
  handler: async (ctx, next) => {
    // What stands here runs before the handler,
    await next();
    // and this after it: ctx.response may still be changed.
    ctx.log.debug({ status: ctx.response.statusCode }, '${kebab}');
  },
});
`;
}

/** The code of a plugin. */
export function pluginSource(name: string, { from, typescript }: Pick<Style, 'from' | 'typescript'>): string {
  const { camel, kebab } = namesOf(name);
  const module = from('plugins');
  const imports = typescript ? 'createPlugin, type ServicesOf' : 'createPlugin';
  const declaration = `
declare module '${module}' {
  interface Services extends ServicesOf<typeof ${camel}> {}
}
`;
  return `import { ${imports} } from '${module}';
${typescript ? declaration : ''}
export const ${camel} = createPlugin('${kebab}', '1.0.0', (server) => {
  return {
    // Handlers find it as ctx.services.${camel}.
    services: { ${camel}: { startedAt: new Date() } },
    // Before routes are loaded: connect here. A failure stops the start.
    initialize: () => server.log.debug('${kebab} is ready'),
    // Last, when the server has stopped: give back what is held.
    terminate: () => server.log.debug('${kebab} is gone'),
  };
});
`;
}

/**
 * The code of a test that calls routes of one path.
 *
 * @param routesDir where the routes are, from the test's folder
 */
export function testSource(
  routes: readonly ListedRoute[],
  routesDir: string,
  { from, has }: Pick<Style, 'from' | 'has'>,
): string {
  const vitest = has('vitest');
  return [
    vitest ? '' : "import assert from 'node:assert/strict';\n",
    "import path from 'node:path';\n",
    vitest ? '' : "import { test } from 'node:test';\n",
    `\nimport { startTestServer } from '${from('testing')}';\n`,
    vitest ? "import { expect, onTestFinished, test } from 'vitest';\n" : '',
    `\nconst routesDir = path.resolve(import.meta.dirname, '${routesDir}');\n`,
    ...routes.map((route) => `\n${vitest ? vitestTest(route) : nodeTest(route)}`),
  ].join('');
}

function vitestTest(route: ListedRoute): string {
  return `test('${route.method} ${route.path}', async () => {
  const app = await startTestServer({ routesDir });
  onTestFinished(() => app.close());

  ${call(route)}

  expect(response.ok, await response.text()).toBe(true);
});
`;
}

function nodeTest(route: ListedRoute): string {
  return `test('${route.method} ${route.path}', async (t) => {
  const app = await startTestServer({ routesDir });
  t.after(() => app.close());

  ${call(route)}

  assert.ok(response.ok, await response.text());
});
`;
}

function call({ method, path, schemas }: ListedRoute): string {
  const target = path.replaceAll(/:\w+|\*$/g, '1').replaceAll('::', ':');
  const options = [
    ...(method === 'GET' ? [] : [`method: '${method}'`]),
    ...(schemas.includes('body') ? ["body: { name: 'Ada' }"] : []),
  ];
  const given = options.length > 0 ? `, { ${options.join(', ')} }` : '';
  return `const response = await app.http2.request('${target}'${given});`;
}
