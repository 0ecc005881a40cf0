import { createReadStream } from 'node:fs';

import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';

import { createGetRoute, createPostRoute } from '@blaizejs/router';
import { content, type events, ndjson, reply } from '@blaizejs/context';
import type { AnySchema, SchemaInput, SchemaOutput } from '@blaizejs/types';

const Item = z.object({ id: z.coerce.number() });

test('bytes of a type are answered by bytes, text, blobs, streams and a Response', () => {
  const response = { 200: content('image/png'), 404: z.object({ code: z.string() }) };
  createGetRoute({ schema: { response }, handler: () => new Uint8Array(1) });
  createGetRoute({ schema: { response }, handler: () => Buffer.from('a') });
  createGetRoute({ schema: { response }, handler: () => 'text' });
  createGetRoute({ schema: { response }, handler: () => new Blob([]) });
  createGetRoute({ schema: { response }, handler: () => createReadStream('a') });
  createGetRoute({ schema: { response }, handler: () => new Response('a').body ?? '' });
  createGetRoute({ schema: { response }, handler: () => new Response('a') });
  createGetRoute({ schema: { response }, handler: async () => reply(200, Buffer.from('a')) });
  createGetRoute({ schema: { response }, handler: ({ response }) => response.type('image/png') });
  // @ts-expect-error an object is not bytes
  createGetRoute({ schema: { response }, handler: () => ({ id: 1 }) });
});

test('lines are answered by whatever can be iterated', () => {
  const response = ndjson(Item);
  createGetRoute({ schema: { response }, handler: () => [{ id: 1 }] });
  createGetRoute({
    schema: { response },
    async *handler() {
      await Promise.resolve();
      yield { id: 1 };
    },
  });
  // @ts-expect-error it is no list
  createGetRoute({ schema: { response }, handler: () => 1 });
});

test('a body of lines is an async iterable of what the schema returns', () => {
  createPostRoute({
    schema: { body: ndjson(Item) },
    async handler({ request }) {
      expectTypeOf(request.body).toEqualTypeOf<AsyncIterable<{ id: number }>>();
      for await (const item of request.body) return item.id;
      return 0;
    },
  });
});

test('documentation and clients read the type, the kind and the schema of an item', () => {
  const lines = ndjson(Item);
  expectTypeOf(lines['~content']).toEqualTypeOf<{
    readonly type: 'application/x-ndjson';
    readonly kind: 'lines';
    readonly item: typeof Item;
    readonly lineLimit: number;
  }>();
  expectTypeOf(content('image/png')['~content'].type).toEqualTypeOf<'image/png'>();
  expectTypeOf<SchemaOutput<ReturnType<typeof events<typeof Item>>>>().toEqualTypeOf<
    AsyncIterable<{ id: number }>
  >();
  expectTypeOf(lines).toExtend<AnySchema>();
  expectTypeOf<SchemaInput<typeof lines>>().toExtend<object>();
});
