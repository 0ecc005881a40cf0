import zlib from 'node:zlib';

import { createContext } from '@blaizejs/context';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { compress, type CompressOptions } from './compress.ts';

const TEXT = 'All work and no play makes Jack a dull boy. '.repeat(50);

interface Sent {
  readonly status: number;
  readonly coding: string | undefined;
  readonly vary: string | undefined;
  readonly bytes: number;
  readonly payload: unknown;
}

/** What is sent to a client that accepts something. */
function send(acceptEncoding: string, options?: CompressOptions, text = TEXT, type = 'text/plain'): Sent {
  const ctx = createContext(
    new Request('https://example.com/', { headers: { 'accept-encoding': acceptEncoding } }),
  );
  ctx.response.type(type).send(text);
  ctx.response.payload();
  compress(options).onSend?.(ctx);
  const payload = ctx.response.payload();
  return {
    status: ctx.response.statusCode,
    coding: ctx.response.get('content-encoding'),
    vary: ctx.response.get('vary'),
    bytes: Number(ctx.response.get('content-length')),
    payload,
  };
}

describe('options', () => {
  test('threshold', () => {
    expect(send('gzip', undefined, 'x'.repeat(1023)).coding).toBeUndefined();
    expect(send('gzip', undefined, 'x'.repeat(1024)).coding).toBe('gzip');
    expect(send('gzip', { threshold: 0 }, 'x'.repeat(100)).coding).toBe('gzip');
    // Bytes, not characters.
    expect(send('gzip', undefined, 'ä'.repeat(512)).coding).toBe('gzip');
  });

  test('codings are used in their order', () => {
    expect(send('gzip, deflate, br').coding).toBe('br');
    expect(send('gzip, deflate, br', { codings: ['deflate', 'gzip'] }).coding).toBe('deflate');
    expect(send('br', { codings: ['gzip'] }).coding).toBeUndefined();
  });

  test('codings that this Node lacks are left out', () => {
    const { coding } = send('zstd, gzip', { codings: ['zstd', 'gzip'] });
    expect(coding).toBe('zstdCompressSync' in zlib ? 'zstd' : 'gzip');
  });

  test('types', () => {
    const types = (type: string): boolean => type === 'application/x-own';
    expect(send('gzip', { types }, TEXT, 'Application/X-Own;v=1').coding).toBe('gzip');
    expect(send('gzip', { types }, TEXT, 'text/plain').coding).toBeUndefined();
  });

  test('levels', () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({ id: (i * 48_271) % 65_521, name: `User ${i}` }));
    const text = JSON.stringify(rows);
    const size = (levels: CompressOptions['levels'], coding: string) => send(coding, { levels }, text).bytes;
    expect(size({ gzip: 9 }, 'gzip')).toBeNaN();
    expect(size({ gzip: 1 }, 'gzip')).toBeGreaterThan(size({}, 'gzip'));
    expect(size({ br: 0 }, 'br')).toBeGreaterThan(size({ br: 5 }, 'br'));
    expect(size({ deflate: 1 }, 'deflate')).toBeGreaterThan(size(undefined, 'deflate'));
  });

  test('every problem is reported at once', () => {
    const given: object = {
      codings: ['gzip', 'lzma'],
      threshold: -1,
      types: ['text/html'],
      levels: { br: 12, gzib: 1 },
      treshold: 1,
    };
    expect(() => compress(given)).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
        message: `The options of compress() have 6 problems:
  - codings[1]: expected "br" or "zstd" or "gzip" or "deflate", received "lzma"
  - threshold: expected a whole number of bytes, received -1
  - types: expected a function, received a list
  - levels.br: expected a whole number from 0 to 11, received 12
  - levels.gzib: expected one of the options br, zstd, gzip, deflate, received 1. Did you mean \`gzip\`?
  - treshold: expected one of the options codings, threshold, types, levels, maxStreams, received 1. Did you mean \`threshold\`?`,
      }) as Error,
    );
  });

  test.each([null, 7, 'gzip', [], { codings: 'gzip' }, { codings: [] }, { codings: [1] }, { levels: 5 }])(
    'are refused: %j',
    (given) => {
      expect(() => compress(given as never)).toThrow(
        expect.objectContaining({ code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS' }) as Error,
      );
    },
  );
});

test('a level that takes long is left to another thread', () => {
  expect(send('br', { levels: { br: 11 } }).payload).toBeInstanceOf(zlib.createBrotliCompress().constructor);
  expect(send('br').payload).toBeInstanceOf(Uint8Array);
});

test('whatever a client accepts, it throws nothing, and nothing is sent that it refuses', () => {
  const member = fc.tuple(
    fc.constantFrom('br', 'zstd', 'gzip', 'deflate', 'identity', '*', 'x-gzip', 'sdch'),
    fc.constantFrom('', ';q=0', ';q=0.5', ';q=1'),
  );
  const text = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  });
  fc.assert(
    fc.property(fc.oneof(fc.array(member), text), (given) => {
      const acceptEncoding =
        typeof given === 'string' ? given : given.map((parts) => parts.join('')).join(', ');
      const sent = send(acceptEncoding);
      expect(sent.vary).toBe('accept-encoding');
      if (sent.status === 406) {
        expect(acceptEncoding).toMatch(/q\s*=/i);
        expect(sent.coding).toBeUndefined();
        return;
      }
      const { coding } = sent;
      if (coding === undefined) return;
      const lower = acceptEncoding.toLowerCase();
      expect(lower.includes(coding) || lower.includes('*')).toBe(true);
      if (typeof given === 'string') return;
      const named = given.filter(([name]) => name.replace('x-', '') === coding);
      const deciding = named.length > 0 ? named : given.filter(([name]) => name === '*');
      expect(deciding.some(([, q]) => q !== ';q=0')).toBe(true);
    }),
    { numRuns: 200, endOnFailure: true },
  );
});
