import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type JsonSchema, type OpenApiDocument, type OpenApiResponse } from '@blaizejs/openapi';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import createClient from 'openapi-fetch';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { addBookmark, signUp, startApp } from './app.ts';
import { requestsOf } from './requests-of.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

async function start() {
  const app = await startApp();
  const document = (await (await app.http2.request('/openapi.json')).json()) as OpenApiDocument;
  return { app, document };
}

test('the document lists the API, and neither the page nor the WebSocket', async () => {
  const { document } = await start();
  expect(Object.keys(document.paths)).toEqual([
    '/api/bookmarks',
    '/api/bookmarks/import',
    '/api/bookmarks/{id}',
    '/api/bookmarks/{id}/tags/{tag}',
    '/api/live',
    '/api/session',
    '/api/tags',
    '/api/users',
    '/api/users/me',
    '/go/{id}',
  ]);
  expect(Object.keys(document.components?.schemas ?? {})).toEqual([
    'Bookmark',
    'ImportReport',
    'NewBookmark',
    'ProblemDetails',
    'User',
    'ValidationProblem',
  ]);
});

test('in development there is a page of documentation', async () => {
  const { app } = await start();
  expect((await app.http2.request('/docs')).status).toBe(200);
});

// A user's program, with the types of openapi-typescript.
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { paths } from './api.ts';

const client = createClient<paths>({ baseUrl: 'https://localhost' });
const { data, error, response } = await client.POST('/api/bookmarks', { body: { url: 'https://nodejs.org/' } });
export const id: number | undefined = data?.id;
export const tags: string[] = data?.tags ?? [];
export const code: string | undefined = error?.code;
const { data: page } = await client.GET('/api/bookmarks', { params: { query: { page: 2, tag: 'node' } } });
export const total: number | undefined = page?.total;
// @ts-expect-error the URL is missing
await client.POST('/api/bookmarks', { body: { title: 'x' } });
// @ts-expect-error the id is missing
await client.GET('/api/bookmarks/{id}', {});
// @ts-expect-error there is no such path
await client.GET('/api/nothing');
export { response };
`;

test(
  'openapi-typescript makes types of it, with which openapi-fetch compiles and works',
  { timeout: 60_000 },
  async () => {
    const { app, document } = await start();
    const folder = await temporaryFolder();
    await symlink(
      path.resolve(import.meta.dirname, '../node_modules'),
      path.join(folder, 'node_modules'),
      'dir',
    );
    await mkdir(path.join(folder, 'src'));
    await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
    // Its default takes a property with a default for one that clients have to send.
    const types = await openapiTS(document as never, { defaultNonNullable: false });
    await writeFile(path.join(folder, 'src/api.ts'), astToString(types));
    await writeFile(path.join(folder, 'src/program.ts'), PROGRAM);
    const program = ts.createProgram([path.join(folder, 'src/program.ts')], {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowImportingTsExtensions: true,
      exactOptionalPropertyTypes: true,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: [],
    });
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(problems).toEqual([]);

    const user = await signUp(app.http2);
    const client = createClient<Record<string, Record<string, never>>>({
      baseUrl: app.url,
      headers: { authorization: `Bearer ${user.token}` },
      fetch: (request) => app.server.fetch(request),
    }) as unknown as { POST(path: string, options: object): Promise<{ data?: unknown; error?: unknown }> };
    const { data } = await client.POST('/api/bookmarks', {
      body: { url: 'https://nodejs.org/', tags: ['node'] },
    });
    expect(data).toMatchObject({ title: 'nodejs.org', tags: ['node'] });
    const { error } = await client.POST('/api/bookmarks', { body: {} });
    expect(error).toMatchObject({ status: 400, code: 'ERR_BLAIZE_VALIDATION' });
  },
);

test(
  'random requests, valid and not, never cause a 5xx, and every answer is as the document says',
  { timeout: 60_000 },
  async () => {
    const { app, document } = await start();
    const user = await signUp(app.http2);
    for (const host of ['a', 'b', 'c'])
      await addBookmark(user, { url: `https://${host}.example/`, tags: ['x'] });
    const ajv = addFormats.default(new Ajv2020({ strict: false }));
    const checks = new Map<string, ReturnType<typeof ajv.compile>>();
    const misfit = (schema: JsonSchema, value: unknown): string | undefined => {
      const key = JSON.stringify(schema);
      const check = checks.get(key) ?? ajv.compile({ ...schema, components: document.components });
      checks.set(key, check);
      return check(value) ? undefined : ajv.errorsText(check.errors);
    };
    for (const [template, item] of Object.entries(document.paths)) {
      for (const method of METHODS) {
        const operation = item[method];
        // A stream has no end.
        if (!operation || JSON.stringify(operation.responses).includes('text/event-stream')) continue;
        const answered = { valid: 0, accepted: 0 };
        await fc.assert(
          fc.asyncProperty(requestsOf(method, template, operation, document), async (request) => {
            const response = await app.server.fetch(
              new Request(new URL(request.path, app.url), {
                method: method.toUpperCase(),
                redirect: 'manual',
                headers: {
                  ...(typeof request.body === 'string' && { 'content-type': 'application/json' }),
                  ...(request.authorized && { authorization: `Bearer ${user.token}` }),
                },
                body: request.body ?? null,
              }),
            );
            const text = await response.text();
            if (response.status >= 500) throw new Error(`${response.status} ${text}`);
            if (request.isValid) answered.valid++;
            if (request.isValid && response.status !== 400) answered.accepted++;
            const described = operation.responses[response.status] ?? operation.responses['default'];
            if (!described) throw new Error(`The status ${response.status} is not described.`);
            const content = contentOf(described, document);
            const type = response.headers.get('content-type')?.split(';')[0] ?? '';
            if (!content) {
              expect(text).toBe('');
              return;
            }
            const media = content[type] ?? content['*/*'];
            if (!media) throw new Error(`${response.status} ${type} is not described: ${text}`);
            const problem = media.schema && misfit(media.schema, JSON.parse(text));
            if (problem !== undefined)
              throw new Error(`${response.status} does not fit: ${problem}: ${text}`);
          }),
          { numRuns: 40 },
        );
        // Some rules are not in the schemas: of valid requests most are accepted, not all.
        expect([operation.operationId, answered.accepted / answered.valid > 0.5]).toEqual([
          operation.operationId,
          true,
        ]);
      }
    }
  },
);

function contentOf(
  answer: OpenApiResponse | { readonly $ref: string },
  document: OpenApiDocument,
): OpenApiResponse['content'] {
  if (!('$ref' in answer)) return answer.content;
  return document.components?.responses?.[answer.$ref.slice(answer.$ref.lastIndexOf('/') + 1)]?.content;
}
