import { describe, expect, test } from 'vitest';

import { encodeFields, type Field } from './hpack.ts';
import { get, withLimits } from './http2-limited.ts';
import { CONTINUATION, END_HEADERS, END_STREAM, frame, HEADERS, RawHttp2, request } from './raw-http2.ts';

describe.concurrent('header fields', () => {
  const fields = (count: number): Field[] => Array.from({ length: count }, (_, i) => [`x-${i}`, 'x']);

  test('as many as maxHeadersCount are served, and more get 431 (RFC 6585 section 5)', async () => {
    await using app = await withLimits({ maxHeadersCount: 20 });
    using client = await RawHttp2.open(app);
    client.send(
      get(1, '/', ...fields(20)),
      get(3, '/', ...fields(21)),
      get(5, '/', ...fields(500)),
      get(7, '/'),
    );
    expect(await client.outcome(1)).toMatchObject({ status: 200 });
    const { status, content, end } = await client.outcome(3);
    expect([status, end, JSON.parse(content)]).toMatchObject([431, 'complete', { details: { limit: 20 } }]);
    expect(await client.outcome(5)).toMatchObject({ status: 431 });
    expect(await client.outcome(7)).toMatchObject({ status: 200 });
    expect(app.server.limitHits.maxHeadersCount).toBe(2);
  });

  test.each([17_000, 60_000, 7 * 17_000])('of %i bytes get 431 (RFC 6585 section 5)', async (size) => {
    await using app = await withLimits({});
    using client = await RawHttp2.open(app);
    const large = Array.from({ length: Math.ceil(size / 17_000) }, (_, i): Field => [
      `x-${i}`,
      'x'.repeat(Math.min(size, 17_000)),
    ]);
    client.send(...blocks(1, encodeFields(request('/', 'GET', ...large))), get(3, '/'));
    const { status, content } = await client.outcome(1);
    expect([status, JSON.parse(content)]).toMatchObject([431, { details: { limit: 16_384 } }]);
    expect(await client.outcome(3)).toMatchObject({ status: 200 });
    expect(app.server.limitHits.maxHeaderSize).toBe(1);
  });

  test('below a higher maxHeaderSize are served', async () => {
    await using app = await withLimits({ maxHeaderSize: 64_000 });
    using client = await RawHttp2.open(app);
    client.send(...blocks(1, encodeFields(request('/', 'GET', ['x-field', 'x'.repeat(60_000)]))));
    expect(await client.outcome(1)).toMatchObject({ status: 200 });
  });

  test('of which one is above 64 KiB, which nghttp2 does not take, end the connection, not in silence', async () => {
    await using app = await withLimits({ keepAliveTimeout: 100 });
    using client = await RawHttp2.open(app);
    client.send(...blocks(1, encodeFields(request('/', 'GET', ['x-field', 'x'.repeat(70_000)]))));
    expect(await client.outcome(1)).toMatchObject({ end: 'GOAWAY COMPRESSION_ERROR' });
    await client.end();
  });
});

test('a header block in too many pieces ends the connection (CVE-2024-27316)', async () => {
  await using app = await withLimits({});
  using client = await RawHttp2.open(app);
  const pieces = Array.from({ length: 20 }, () => frame(CONTINUATION, 0, 1));
  client.send(frame(HEADERS, END_STREAM, 1, encodeFields(request('/'))), ...pieces);
  await client.end();
  expect(client.goaways()).not.toContain('NO_ERROR');
  expect(app.server.limitHits.maxHeaderSize).toBe(1);
});

/** A header block as HEADERS and as many CONTINUATION as it takes. */
function blocks(stream: number, block: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < block.length; at += 16_384) {
    const flags = (at === 0 ? END_STREAM : 0) | (at + 16_384 >= block.length ? END_HEADERS : 0);
    frames.push(frame(at === 0 ? HEADERS : CONTINUATION, flags, stream, block.subarray(at, at + 16_384)));
  }
  return frames;
}
