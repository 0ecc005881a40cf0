import path from 'node:path';

import { posix } from '../posix.ts';
import type { ListedRoute } from '../route-list.ts';
import { type Example, exampleOf, paramsOf } from './example.ts';
import type { Style } from './files.ts';

/** The location of a test, and the conventions that it follows. */
export interface TestPlace {
  /** Absolute. */
  readonly file: string;
  /** The folder of the routes, relative to the test's folder. */
  readonly routesDir: string;
  readonly style: Pick<Style, 'from' | 'has' | 'testApp'>;
}

/** The code of a test that calls routes of one path. */
export async function testSource(
  routes: readonly ListedRoute[],
  { file, routesDir, style: { from, has, testApp } }: TestPlace,
): Promise<string> {
  const vitest = has('vitest');
  const helper = testApp === undefined ? undefined : posix(path.relative(path.dirname(file), testApp));
  const imports = [
    vitest ? '' : "import assert from 'node:assert/strict';\n",
    helper === undefined ? "import path from 'node:path';\n" : '',
    vitest ? '' : "import { test } from 'node:test';\n",
  ].join('');
  const packages = [
    helper === undefined ? `import { startTestServer } from '${from('testing')}';\n` : '',
    vitest ? `import { expect, ${helper === undefined ? 'onTestFinished, ' : ''}test } from 'vitest';\n` : '',
  ].join('');
  const calls = await Promise.all(routes.map(callOf));
  return [
    [imports, packages].filter(Boolean).join('\n'),
    helper === undefined
      ? `\nconst routesDir = path.resolve(import.meta.dirname, '${routesDir}');\n`
      : `\nimport { startApp } from '${helper}';\n`,
    ...calls.map((call) => `\n${testOf(call, vitest, helper !== undefined)}`),
  ].join('');
}

interface Call {
  readonly name: string;
  /** The arguments of `request()`. */
  readonly given: string;
  readonly expected: 'ok' | 'ok or missing' | 'refused';
}

async function callOf({ method, path: pattern, schema }: ListedRoute): Promise<Call> {
  const [params, query, body] = await Promise.all([
    paramsOf(pattern, schema.params),
    exampleOf(schema.query, {}),
    exampleOf(schema.body),
  ]);
  const values = params?.value ?? {};
  const target = pattern
    .replaceAll(/(?<!:):(\w+)|\*$/g, (_, name?: string) => encodeURIComponent(values[name ?? '*'] ?? '1'))
    .replaceAll('::', ':');
  const search = queryOf(query);
  const options = [
    ...(method === 'GET' ? [] : [`method: '${method}'`]),
    ...(schema.body === undefined ? [] : [`body: ${literal(body?.value ?? {})}`]),
  ];
  const fits = params && query && (schema.body === undefined || body);
  const mayMiss = pattern.includes(':') || pattern.endsWith('*');
  return {
    name: `${method} ${pattern}`,
    given: `${literal(target + search)}${options.length > 0 ? `, { ${options.join(', ')} }` : ''}`,
    expected: !fits ? 'refused' : mayMiss ? 'ok or missing' : 'ok',
  };
}

function testOf({ name, given, expected }: Call, vitest: boolean, hasHelper: boolean): string {
  const finished = vitest ? 'onTestFinished' : 't.after';
  const start = hasHelper
    ? ['  const app = await startApp();']
    : ['  const app = await startTestServer({ routesDir });', `  ${finished}(() => app.close());`];
  const check = {
    ok: ['response.ok', 'await response.text()'],
    'ok or missing': ['response.ok || response.status === 404', 'await response.text()'],
    refused: ['response.status === 400', 'await response.text()'],
  }[expected].join(', ');
  const hint = {
    ok: [],
    'ok or missing': ['  // It may not exist yet. Create it first, and expect success.'],
    refused: ['  // Found no values that match the schema. Send valid ones, and expect success.'],
  }[expected];
  return [
    `test(${literal(name)}, async (${vitest || hasHelper ? '' : 't'}) => {`,
    ...start,
    '',
    `  const response = await app.http2.request(${given});`,
    '',
    ...hint,
    vitest ? `  expect(${check}).toBe(true);` : `  assert.ok(${check});`,
    '});\n',
  ].join('\n');
}

function queryOf(query: Example | undefined): string {
  const fields = Object.entries((query?.value ?? {}) as Record<string, unknown>);
  if (fields.length === 0) return '';
  return `?${new URLSearchParams(fields.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

/** A value as code: `{ text: 'a' }`. */
function literal(value: unknown): string {
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([name, each]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
    return `${key}: ${literal(each)}`;
  });
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
