import { describe, expect, test } from 'vitest';

import { NotAcceptableError } from '@blaizejs/errors';

import { contextOf } from '../test/contexts.ts';
import { reply } from './reply.ts';

const accepting = (accept?: string) =>
  contextOf(new Request('http://localhost/', { headers: accept === undefined ? {} : { accept } }));

describe('accepts()', () => {
  test.each<[string | undefined, string | undefined]>([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['text/html', 'html'],
    ['TEXT/HTML', 'html'],
    ['text/*', 'html'],
    ['text/html, application/json', 'html'],
    ['text/html, application/json, */*;q=0.1', 'html'],
    ['application/json;q=0.5, text/html', 'html'],
    ['application/json;q=0, */*', 'html'],
    ['application/json;q=0.9, text/html;q=0.1, image/png;q=0.95', 'image/png'],
    ['image/*', 'image/png'],
    ['image/gif', undefined],
    ['application/vnd.api+json', undefined],
    ['', undefined],
    ['nonsense', undefined],
  ])('%s: %s', (accept, best) => {
    expect(accepting(accept).request.accepts('json', 'html', 'image/png')).toBe(best);
  });

  test('is typed by what is named, and knows no other short names', () => {
    const { request } = accepting();
    const best: 'json' | 'html' | undefined = request.accepts('json', 'html');
    expect(best).toBe('json');
    // @ts-expect-error not a type
    expect(() => request.accepts('jsn')).toThrow(/"jsn" is no media type/);
  });
});

describe('format()', () => {
  const choices = {
    json: () => ({ name: 'Ada' }),
    html: async () => Promise.resolve('<b>Ada</b>'),
    'image/png': () => new Uint8Array([1]),
    csv: () => reply(201, 'Ada'),
  };

  test.each<[string, number, string, string]>([
    ['*/*', 200, 'application/json; charset=utf-8', '{"name":"Ada"}'],
    ['text/html', 200, 'text/html; charset=utf-8', '<b>Ada</b>'],
    ['image/png', 200, 'image/png', '\u0001'],
    ['text/csv', 201, 'text/csv', 'Ada'],
  ])('%s is answered with its own', async (accept, status, type, text) => {
    const { response } = accepting(accept);
    expect(await response.format(choices)).toBe(response);
    response.encode();
    expect([response.statusCode, response.get('content-type')]).toEqual([status, type]);
    expect(String(Buffer.from(response.payload() as Uint8Array))).toBe(text);
    expect(response.get('vary')).toBe('accept');
  });

  test('what a function records stays, and so do types that were set', async () => {
    const { response } = accepting('text/html');
    response.header('vary', 'origin');
    await response.format({ html: () => void response.status(202).type('text/html;level=1').send('x') });
    expect([response.statusCode, response.get('content-type')]).toEqual([202, 'text/html;level=1']);
    expect(response.get('vary')).toBe('origin, accept');
  });

  test('text that is JSON is a JSON text', async () => {
    const { response } = accepting();
    await response.format({ 'application/vnd.api+json': () => 'Ada' });
    expect([response.payload(), response.get('content-type')]).toEqual(['"Ada"', 'application/vnd.api+json']);
  });

  test('nothing that the client accepts is a 406, which lists what there is', async () => {
    const { response } = accepting('image/gif');
    const error: unknown = await response.format(choices).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotAcceptableError);
    expect(error).toMatchObject({
      status: 406,
      details: { available: ['application/json', 'text/html', 'image/png', 'text/csv'] },
    });
    expect(response.get('vary')).toBe('accept');
  });
});
