import type { NotFoundError } from '@blaizejs/errors';
import { expectTypeOf } from 'vitest';

import type { Routes } from '../test/routes.ts';
import { createClient } from './create-client.ts';
import type { DataOf, ErrorOf, OptionsOf } from './client.ts';
import type { ResponseError } from './response-error.ts';

const api = createClient<Routes>('https://example.org');

// The data of a 2xx, as JSON has it.
expectTypeOf(api.get('/users/[id]', { params: { id: '1' } })).resolves.toEqualTypeOf<{
  id: string;
  name: string;
  createdAt: string;
}>();
expectTypeOf(api.post('/users', { body: { name: 'Ada' } })).resolves.toEqualTypeOf<{
  id: string;
  name: string;
  createdAt: string;
}>();
expectTypeOf(api.delete('/users/[id]', { params: { id: '1' } })).resolves.toEqualTypeOf<undefined>();

// Without a response schema, what the handler returns.
expectTypeOf(api.put('/users/[id]', { params: { id: 1 } })).resolves.toEqualTypeOf<{
  readonly id: number;
  readonly body: { name: string } | null;
  readonly at: string;
}>();
expectTypeOf(api.get('/health')).resolves.toEqualTypeOf<{ ok: boolean; big: undefined }>();
expectTypeOf(api.head('/health')).resolves.toEqualTypeOf<undefined>();

// Inputs are those of the schemas, and required exactly if these require them.
void api.get('/users', { query: { tag: ['a'], page: 2, since: new Date() } });
void api.get('/files/[...path]', { params: { path: 'a/b' }, query: { any: [1, true, undefined] } });
void api.put('/users/[id]', { params: { id: '7' }, body: { name: 'Ada' }, retry: 0, timeout: 5 });
// @ts-expect-error The params are missing.
void api.get('/users/[id]');
// @ts-expect-error The params are missing.
void api.get('/users/[id]', {});
// @ts-expect-error This is not one of its params.
void api.get('/users/[id]', { params: { name: '1' } });
// @ts-expect-error The schema has no such name in the query.
void api.get('/users/[id]', { params: { id: '1' }, query: { verbos: 'true' } });
// @ts-expect-error A page is text, a number, or something else that has a form as text.
void api.get('/users', { query: { tag: ['a'], page: {} } });
// @ts-expect-error Tags are a list.
void api.get('/users', { query: { tag: 'a' } });
// @ts-expect-error The query is missing.
void api.get('/users');
// @ts-expect-error The body is missing.
void api.post('/users');
// @ts-expect-error The body has no name.
void api.post('/users', { body: {} });
// @ts-expect-error The body has no such field.
void api.post('/users', { body: { name: 'Ada', age: 36 } });
// @ts-expect-error A GET has no body.
void api.get('/health', { body: {} });
// @ts-expect-error There is no such option.
void api.get('/health', { timout: 5 });
// @ts-expect-error There is no such path.
void api.get('/user');
// @ts-expect-error No route answers POST there.
void api.post('/health');
// @ts-expect-error No route answers PATCH at all.
void api.patch('/users/[id]');
// @ts-expect-error A path without a schema takes the names that it has.
void api.get('/files/[...path]', { params: { rest: 'a' } });

// By status, without throwing.
const result = await api.get.result('/users/[id]', { params: { id: '1' } });
expectTypeOf(result.headers).toEqualTypeOf<Headers>();
if (result.ok) {
  expectTypeOf(result.status).toEqualTypeOf<200>();
  expectTypeOf(result.data).toEqualTypeOf<{ id: string; name: string; createdAt: string }>();
} else if (result.status === 404) {
  expectTypeOf(result.data).toEqualTypeOf<{ code: 'no-user'; detail: string }>();
  expectTypeOf(result.error.data).toEqualTypeOf<{ code: 'no-user'; detail: string }>();
} else if (result.status === 500) {
  expectTypeOf(result.data).toEqualTypeOf<unknown>();
  expectTypeOf(result.error.data).toEqualTypeOf<unknown>();
}
if (result.status === 200) expectTypeOf(result.data.createdAt).toEqualTypeOf<string>();

// The same by name.
expectTypeOf<DataOf<Routes, 'GET', '/users/[id]'>>().toEqualTypeOf<{
  id: string;
  name: string;
  createdAt: string;
}>();
expectTypeOf<OptionsOf<Routes, 'POST', '/users'>['body']>().toEqualTypeOf<{ name: string }>();
const error = new Error() as ErrorOf<Routes, 'GET', '/users/[id]'>;
if (error.status === 404) expectTypeOf(error.data).toEqualTypeOf<{ code: 'no-user'; detail: string }>();

// What is thrown is told apart by the classes of `@blaizejs/errors`.
expectTypeOf<
  Pick<ResponseError, 'status' | 'code' | 'title' | 'type' | 'expose' | 'headers' | 'details'>
>().toExtend<Pick<NotFoundError, 'status' | 'code' | 'title' | 'type' | 'expose' | 'headers' | 'details'>>();
