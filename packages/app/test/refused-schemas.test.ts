import { content, ndjson } from '@blaizejs/context';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { BodyReaders, Schema } from '@blaizejs/types';

import { createApp } from '../src/create-app.ts';

const text = z.object({ text: z.string() });
const reader = () => ({ text: 'read' });

function add(
  schema: object,
  bodyReaders: BodyReaders = {},
  ofApp: BodyReaders = {},
): ReturnType<typeof createApp> {
  const app = createApp({ logger: false, bodyReaders: ofApp });
  app.router.addRoute('POST', '/', {
    schema,
    bodyReaders,
    handler: (ctx: { request: { body: unknown } }) => ctx.request.body,
  });
  return app;
}

async function post(app: ReturnType<typeof createApp>, contentType: string): Promise<Response> {
  const headers = { 'content-type': contentType };
  return app.fetch(new Request('http://localhost/', { method: 'POST', body: '{"text":"json"}', headers }));
}

describe('a schema for a body that nothing reads', () => {
  test.each([
    ['image/*', "bodyReaders: { 'image/…': … }; or use content('image/*')"],
    ['application/yaml', "bodyReaders: { 'application/yaml': … }; or use content('application/yaml')"],
    ['multipart/form-data', "bodyReaders: { 'multipart/form-data': multipart() }, of @blaizejs/multipart"],
    ['application/x-ndjson', 'ndjson(…)'],
  ])('%s is refused when the route is added, with what to do', (mediaType, advice) => {
    const body = { 'application/json': text, [mediaType]: text };
    expect(() => add({ body })).toThrow('can be read');
    expect(() => add({ body })).toThrow(JSON.stringify(mediaType));
    expect(() => add({ body })).toThrow(advice);
  });

  test('all of them are named at once', () => {
    expect(() => add({ body: { 'image/*': text, 'application/yaml': text } })).toThrow('2 problems');
  });

  test.each([['*/*'], ['image/p*'], ['*/json']])('%s is no media type', (mediaType) => {
    expect(() => add({ body: { [mediaType]: text } })).toThrow('a media type in lower case');
    expect(() => add({}, { [mediaType]: reader })).toThrow('a media type without parameters or "*"');
  });

  test.each([
    ['a reader of the route', { 'application/yaml': text }, { 'application/yaml': reader }, {}],
    ['a reader of the app', { 'application/yaml': text }, {}, { 'Application/YAML': reader }],
    ['a reader in the range', { 'image/*': text }, { 'image/png': reader }, {}],
    ['content()', { 'image/*': content('image/*') }, {}, {}],
    ['ndjson()', { 'application/x-ndjson': ndjson(text) }, {}, {}],
    ['what is built in', { 'application/*': text, 'text/*': z.string(), 'application/a+json': text }, {}, {}],
  ])('is none with %s', (_, body, ofRoute, ofApp) => {
    expect(() => add({ body }, ofRoute, ofApp)).not.toThrow();
  });
});

describe('a range', () => {
  test('accepts what can be read, and lists only that', async () => {
    const app = add({ body: { 'image/*': text } }, { 'image/png': reader });
    expect(await (await post(app, 'image/png')).json()).toEqual({ text: 'read' });
    const refused = await post(app, 'image/gif');
    expect([refused.status, refused.headers.get('accept')]).toEqual([415, 'image/png']);
  });

  test('of what is built in, too', async () => {
    const app = add({ body: { 'application/*': text } });
    expect((await post(app, 'application/vnd.note+json')).status).toBe(200);
    const refused = await post(app, 'application/pdf');
    expect([refused.status, refused.headers.get('accept')]).toEqual([
      415,
      'application/json, application/x-www-form-urlencoded',
    ]);
  });
});

describe('a schema for headers with a capital letter', () => {
  test.each<[string, Schema]>([
    ['zod', z.object({ 'X-Tenant': z.string() })],
    ['zod, optional', z.object({ 'X-Tenant': z.string().optional() }).optional()],
    ['zod, in a union', z.union([z.object({ a: z.string() }), z.object({ 'X-Tenant': z.string() })])],
    ['Valibot', v.object({ 'X-Tenant': v.string() })],
    ['ArkType', type({ 'X-Tenant': 'string' })],
  ])('%s is refused when the route is added, with the name to use', (_, headers) => {
    expect(() => add({ headers })).toThrow(
      'schema.headers: expected "x-tenant", as header names reach a schema in lower case, received "X-Tenant"',
    );
  });

  test.each<[string, Schema]>([
    ['lower case', z.object({ 'x-tenant': z.string() })],
    ['names that nobody can see', z.custom<Record<string, string>>(() => true)],
    ['names that it only returns', z.object({ 'x-a': z.string() }).transform((it) => ({ A: it['x-a'] }))],
  ])('is none with %s', (_, headers) => {
    expect(() => add({ headers })).not.toThrow();
  });
});
