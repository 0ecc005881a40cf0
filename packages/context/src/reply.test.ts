import { expect, expectTypeOf, test } from 'vitest';

import type { Reply } from '@blaizejs/types';

import { contextOf } from '../test/contexts.ts';
import { isReply, reply } from './reply.ts';
import type { ResponseSide } from './response.ts';

function answered(value: unknown): ResponseSide {
  const { response } = contextOf(new Request('http://localhost/'));
  response.answer(value);
  return response;
}

test('is a status with its value, and says so in its type', () => {
  const made = reply(404, { code: 'no-user' });
  expectTypeOf(made).toEqualTypeOf<Reply<404, { readonly code: 'no-user' }>>();
  expect(made).toEqual({ status: 404, value: { code: 'no-user' }, headers: undefined });
  expect(JSON.parse(JSON.stringify(made))).toEqual({ status: 404, value: { code: 'no-user' } });
});

test('answers with its status, value and headers', () => {
  const response = answered(reply(201, { id: 1 }, { location: '/1', 'x-count': 2, vary: ['a', 'b'] }));
  expect([response.statusCode, response.payload()]).toEqual([201, '{"id":1}']);
  expect([response.get('location'), response.get('x-count'), response.get('vary')]).toEqual([
    '/1',
    '2',
    'a, b',
  ]);
});

test('of null has no content', () => {
  const response = answered(reply(204, null));
  expect([response.statusCode, response.body, response.payload()]).toEqual([204, undefined, null]);
});

test('of text and bytes is sent as they are', () => {
  expect(answered(reply(202, 'text')).payload()).toBe('text');
  const bytes = new Uint8Array([1]);
  expect(answered(reply(202, bytes)).payload()).toBe(bytes);
});

test('with a status that is none is refused', () => {
  expect(() => answered(reply(99, null))).toThrow(RangeError);
});

test('is known if another copy of this package made it, and nothing else is', () => {
  const foreign = Object.defineProperty(
    { status: 402, value: 'pay', headers: undefined },
    Symbol.for('blaizejs.reply'),
    { value: true },
  );
  expect(isReply(foreign)).toBe(true);
  expect(answered(foreign).statusCode).toBe(402);

  const lookalike = { status: 404, value: 'x', headers: undefined };
  expect(isReply(lookalike)).toBe(false);
  expect(answered(lookalike)).toMatchObject({ statusCode: 200, body: lookalike });
});
