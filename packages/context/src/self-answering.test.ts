import { expect, test } from 'vitest';

import type { SelfAnswering } from '@blaizejs/types';

import { contextOf } from '../test/contexts.ts';
import { reply } from './reply.ts';
import type { ResponseSide } from './response.ts';

class Picture implements SelfAnswering {
  '~answer'(response: Parameters<SelfAnswering['~answer']>[0]): void {
    response.type('image/svg+xml').send('<svg/>');
  }
}

function answered(value: unknown): ResponseSide {
  const { response } = contextOf(new Request('http://localhost/'));
  response.answer(value);
  return response;
}

const shown = (response: ResponseSide): unknown[] => [
  response.statusCode,
  response.payload(),
  response.get('content-type'),
];

test('a value that records itself is the answer', () => {
  expect(shown(answered(new Picture()))).toEqual([200, '<svg/>', 'image/svg+xml']);
});

test('it keeps the status of reply(), and one that was set', () => {
  expect(shown(answered(reply(404, new Picture())))).toEqual([404, '<svg/>', 'image/svg+xml']);
  const { response } = contextOf(new Request('http://localhost/'));
  expect(shown(response.status(201).html(new Picture()))).toEqual([201, '<svg/>', 'image/svg+xml']);
});

test('what a client has sent as JSON does not pass for one', () => {
  expect(shown(answered({ '~answer': 'x' }))).toEqual([
    200,
    '{"~answer":"x"}',
    'application/json; charset=utf-8',
  ]);
});
