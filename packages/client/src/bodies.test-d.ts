import type { content, events, ndjson } from '@blaizejs/context';
import { expectTypeOf } from 'vitest';
import type { z } from 'zod';

import type { DataOf } from './client.ts';
import { createClient } from './create-client.ts';
import { readEvents, readLines } from './streams.ts';

interface ByType {
  readonly handler: () => { ok: boolean };
  readonly schema: {
    readonly body: {
      readonly 'application/json': z.ZodObject<{ name: z.ZodString }>;
      readonly 'multipart/form-data': z.ZodObject<{ avatar: z.ZodFile }>;
      readonly 'text/csv': z.ZodString;
    };
    readonly headers: z.ZodObject<{ 'x-tenant': z.ZodString; 'x-page': z.ZodOptional<z.ZodCoercedNumber> }>;
  };
}

type Row = z.ZodObject<{ at: z.ZodDate }>;
interface Routes {
  GET: {
    '/rows': () => AsyncGenerator<{ at: Date }>;
    '/bytes': () => Uint8Array;
    '/[a]/[b]': { handler: () => string; schema: { params: z.ZodObject<{ a: z.ZodString }> } };
    '/reply': () =>
      | { status: 201; value: { at: Date }; headers: undefined }
      | { status: 404; value: 'no'; headers: undefined };
    '/any': () => Response;
    '/logo': { handler: () => Response; schema: { response: ReturnType<typeof content<'image/png'>> } };
    '/csv': {
      handler: () => Response;
      schema: { response: { 200: ReturnType<typeof content<'text/csv'>> } };
    };
    '/lines': { handler: () => Response; schema: { response: ReturnType<typeof ndjson<Row>> } };
    '/events': { handler: () => Response; schema: { response: ReturnType<typeof events<Row>> } };
  };
  POST: {
    '/import': ByType;
    '/free': () => void;
    '/cast': { handler: () => 1; schema: { body: z.ZodUnknown } };
  };
}
const api = createClient<Routes>('https://example.org');
const headers = { 'x-tenant': 'a' };

// A body by media type: JSON if nothing is said.
void api.post('/import', { headers, body: { name: 'Ada' } });
void api.post('/import', {
  headers,
  body: { avatar: new File([], 'a.png') },
  contentType: 'multipart/form-data',
});
void api.post('/import', { headers, body: new FormData(), contentType: 'multipart/form-data' });
void api.post('/import', { headers, body: 'a,b', contentType: 'text/csv' });
// @ts-expect-error Another type than JSON has to be said.
void api.post('/import', { headers, body: { avatar: new File([], 'a.png') } });
// @ts-expect-error The route takes no XML.
void api.post('/import', { headers, body: '<a/>', contentType: 'text/xml' });
// @ts-expect-error The name is missing.
void api.post('/import', { headers, body: {} });

// Headers of a schema are required; others may be sent as well.
void api.post('/import', {
  headers: { ...headers, 'x-page': 2, authorization: 'Bearer a' },
  body: { name: 'Ada' },
});
// @ts-expect-error The header is missing.
void api.post('/import', { body: { name: 'Ada' } });
// @ts-expect-error A header is no object.
void api.post('/import', { headers: { ...headers, 'x-page': {} }, body: { name: 'Ada' } });

// A route without a schema takes any body, and need not have one.
void api.post('/free');
void api.post('/free', { body: new Blob([]), contentType: 'image/png' });
void api.post('/cast');

// A schema may leave out some parameters of the path.
void api.get('/[a]/[b]', { params: { a: '1', b: '2' } });
// @ts-expect-error The second one is missing.
void api.get('/[a]/[b]', { params: { a: '1' } });

// What handlers return.
expectTypeOf<DataOf<Routes, 'GET', '/bytes'>>().toEqualTypeOf<Blob>();
expectTypeOf<DataOf<Routes, 'GET', '/reply'>>().toEqualTypeOf<{ at: string }>();
expectTypeOf<DataOf<Routes, 'GET', '/any'>>().toEqualTypeOf<unknown>();
expectTypeOf<DataOf<Routes, 'POST', '/free'>>().toEqualTypeOf<undefined>();

// Content that is not JSON, as its schema says.
expectTypeOf<DataOf<Routes, 'GET', '/logo'>>().toEqualTypeOf<Blob>();
expectTypeOf<DataOf<Routes, 'GET', '/csv'>>().toEqualTypeOf<string>();
expectTypeOf<DataOf<Routes, 'GET', '/events'>>().toEqualTypeOf<string>();
for await (const line of readLines(api.get, '/lines')) expectTypeOf(line).toEqualTypeOf<{ at: string }>();
for await (const { data } of readEvents(api.get, '/events'))
  expectTypeOf(data).toEqualTypeOf<{ at: string }>();

// Streams.
for await (const row of readLines(api.get, '/rows', { timeout: 5 }))
  expectTypeOf(row).toEqualTypeOf<{ at: string }>();
for await (const { data, id } of readEvents(api.get, '/rows', { reconnect: true })) {
  expectTypeOf(data).toEqualTypeOf<{ at: string }>();
  expectTypeOf(id).toEqualTypeOf<string | undefined>();
}
// @ts-expect-error Only event streams can connect again.
readLines(api.get, '/rows', { reconnect: true });
// @ts-expect-error There is no such route.
readLines(api.get, '/row');

// In process.
createClient<Routes>({ fetch: (request: Request) => Promise.resolve(new Response(request.url)) });
createClient<Routes>('https://example.org', { fetch: globalThis.fetch });
// @ts-expect-error There is no such option.
createClient<Routes>('https://example.org', { baseURL: '' });
