import { expect, test } from 'vitest';

import { expectProblem, expectRefused, expectServed, head, onHttp1 } from './http1-suite.ts';

const LINE = 'POST /echo HTTP/1.1';
const CHUNKED = head(LINE, 'Transfer-Encoding: chunked');

onHttp1(
  'Content-Length',
  {},
  () => undefined,
  (reach) => {
    test.each([
      'five',
      '-1',
      '-0',
      '+5',
      '5, 5',
      '5,6',
      '5 5',
      '5;',
      '5.0',
      '0x5',
      '0o5',
      '5_0',
      '1e1',
      '',
      '\v5',
      '5\v',
      '\xb2',
      '99999999999999999999',
      '18446744073709551621',
      '-18446744073709551611',
    ])('%j gets 400 (RFC 9112 section 6.3)', async (length) => {
      await expectRefused(reach(), `${head(LINE, `Content-Length: ${length}`)}hello`, 400);
    });

    test.each([
      ['that differ', '5', '10'],
      ['that are equal', '5', '5'],
    ])('two lines %s get 400 (RFC 9110 section 8.6)', async (_name, first, second) => {
      const bytes = head(LINE, `Content-Length: ${first}`, `Content-Length: ${second}`);
      await expectRefused(reach(), `${bytes}helloworld`, 400);
    });

    test.each(['5', '005', '  5', '\t5', '5 '])('%j is 5 (RFC 9110 section 8.6)', async (length) => {
      await expectServed(reach(), `${head(LINE, `Content-Length:${length}`)}hello`, 'hello');
    });

    test('0, or no length at all, is no content (RFC 9112 section 6.3)', async () => {
      await expectServed(reach(), head(LINE, 'Content-Length: 0'));
      await expectServed(reach(), head(LINE));
    });

    test.each(['GET', 'DELETE', 'OPTIONS'])('content of %s is read, and no request', async (method) => {
      const bytes = head('GET /hidden HTTP/1.1');
      await expectServed(
        reach(),
        head(`${method} /echo HTTP/1.1`, `Content-Length: ${bytes.length}`) + bytes,
        bytes,
      );
      expect(reach().served).not.toContain('GET /hidden');
    });

    test('content of HEAD is skipped, and its answer has none (RFC 9110 section 9.3.2)', async () => {
      const bytes = head('GET /hidden HTTP/1.1');
      await expectServed(
        reach(),
        head('HEAD /echo HTTP/1.1', `Content-Length: ${bytes.length}`) + bytes,
        '',
        'HEAD',
      );
      expect(reach().served).not.toContain('GET /hidden');
    });

    test('Content_Length is another field', async () => {
      await expectServed(reach(), head('GET /echo HTTP/1.1', 'Content_Length: 5'));
    });
  },
);

onHttp1(
  'Transfer-Encoding',
  {},
  () => undefined,
  (reach) => {
    const CONTENT = '5\r\nhello\r\n0\r\n\r\n';
    const withCoding = (...fields: readonly string[]): string => head(LINE, ...fields) + CONTENT;

    test.each(['chunked', 'Chunked', 'CHUNKED', 'chunked ', '\tchunked'])(
      '%j is chunked (RFC 9112 section 7)',
      async (coding) => {
        await expectServed(reach(), withCoding(`Transfer-Encoding:${coding}`), 'hello');
      },
    );

    test.each([
      'identity',
      'gzip',
      'chunked, gzip',
      'chunked, identity',
      'chunked, chunked',
      'chunked,',
      'xchunked',
      'chunkedx',
      'x chunked',
      'chu nked',
      'chunked;a=b',
      '"chunked"',
      '',
      '\vchunked',
      '\fchunked',
      'chunked\v',
      'chunked\0',
      '\x80chunked',
    ])('%j gets 400: where the content ends is not known (RFC 9112 section 6.3)', async (coding) => {
      await expectRefused(reach(), withCoding(`Transfer-Encoding: ${coding}`), 400);
    });

    test.each(['gzip, chunked', 'identity, chunked', 'trailers, chunked', ', chunked'])(
      '%j gets 501: it is not undone here (RFC 9112 section 6.1)',
      async (coding) => {
        await expectRefused(reach(), withCoding(`Transfer-Encoding: ${coding}`), 501);
      },
    );

    test.each([
      ['chunked twice', ['chunked', 'chunked'], 400],
      ['chunked, then another', ['chunked', 'identity'], 400],
      ['another, then chunked', ['gzip', 'chunked'], 501],
    ])('in two lines, %s, gets %s', async (_name, codings, status) => {
      await expectRefused(
        reach(),
        withCoding(...codings.map((coding) => `Transfer-Encoding: ${coding}`)),
        status,
      );
    });

    test('in two lines, the first of which is empty, is refused', async () => {
      // Node 20 reads it as a list with an empty element, later ones do not read it.
      const server = reach();
      await using connection = await server.open();
      connection.send(
        withCoding('Transfer-Encoding:', 'Transfer-Encoding: chunked'),
        head('GET /hidden HTTP/1.1'),
      );
      expect([400, 501]).toContain((await connection.answer()).status);
      expect(await connection.ended()).toBe('');
      expect(server.served).toEqual([]);
    });

    test.each([
      ['ahead', ['Transfer-Encoding: chunked', 'Content-Length: 15']],
      ['behind', ['Content-Length: 15', 'Transfer-Encoding: chunked']],
      ['of zero behind', ['Content-Length: 0', 'Transfer-Encoding: chunked']],
      ['that is none, behind', ['Content-Length: +15', 'Transfer-Encoding: chunked']],
      ['and another coding', ['Content-Length: 5', 'Transfer-Encoding: identity']],
      ['and an empty coding', ['Content-Length: 5', 'Transfer-Encoding:']],
      ['and a list of codings', ['Content-Length: 5', 'Transfer-Encoding: , chunked']],
      ['and two codings', ['Content-Length: 5', 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity']],
    ])(
      'beside Content-Length, %s, gets 400 (RFC 9112 section 6.1, CL.TE and TE.CL)',
      async (_name, fields) => {
        await expectRefused(reach(), withCoding(...fields), 400);
      },
    );

    test.each([
      ['a space ahead of the colon', 'Transfer-Encoding : chunked'],
      ['a folded line', 'Transfer-Encoding:\r\n chunked'],
      ['a zero in its name', 'Transfer-\0Encoding: chunked'],
    ])('with %s gets 400 (TE.TE)', async (_name, line) => {
      await expectRefused(reach(), withCoding(line), 400);
    });

    test('over HTTP/1.0 gets 400 (RFC 9112 section 6.1)', async () => {
      const bytes =
        'POST /echo HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n';
      await expectRefused(reach(), bytes + CONTENT, 400);
    });
  },
);

onHttp1(
  'chunks',
  {},
  () => undefined,
  (reach) => {
    test.each([
      ['one', '5\r\nhello\r\n0\r\n\r\n', 'hello'],
      ['several', '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n', 'hello'],
      ['none', '0\r\n\r\n', ''],
      ['with upper-case sizes', 'A\r\nhelloworld\r\n0\r\n\r\n', 'helloworld'],
      ['with lower-case sizes', 'a\r\nhelloworld\r\n0\r\n\r\n', 'helloworld'],
      ['with zeros ahead of sizes', '0005\r\nhello\r\n000\r\n\r\n', 'hello'],
      ['with extensions', '5;a\r\nhello\r\n0;b=c;d="e;\\"f"\r\n\r\n', 'hello'],
      ['with a trailer', '5\r\nhello\r\n0\r\nX: y\r\n\r\n', 'hello'],
      ['with Host for a trailer', '5\r\nhello\r\n0\r\nHost: y\r\n\r\n', 'hello'],
      ['that contain what looks like the last one', '5\r\n0\r\n\r\n\r\n0\r\n\r\n', '0\r\n\r\n'],
    ])('%s (RFC 9112 section 7.1)', async (_name, chunks, content) => {
      await expectServed(reach(), CHUNKED + chunks, content);
    });

    test.each([
      ['0x', '0x5\r\nhello\r\n0\r\n\r\n'],
      ['a plus', '+5\r\nhello\r\n0\r\n\r\n'],
      ['a minus', '-5\r\nhello\r\n0\r\n\r\n'],
      ['an underscore', '5_\r\nhello\r\n0\r\n\r\n'],
      ['a space ahead', ' 5\r\nhello\r\n0\r\n\r\n'],
      ['a space behind', '5 \r\nhello\r\n0\r\n\r\n'],
      ['a tab behind', '5\t\r\nhello\r\n0\r\n\r\n'],
      ['no digit', '\r\nhello\r\n0\r\n\r\n'],
      ['another letter', 'g\r\nhello\r\n0\r\n\r\n'],
      ['2 to the 64th and 5', '10000000000000005\r\nhello\r\n0\r\n\r\n'],
      ['17 digits', 'fffffffffffffffff\r\nhello\r\n0\r\n\r\n'],
    ])('a size with %s gets 400 (RFC 9112 section 7.1)', async (_name, chunks) => {
      await expectRefused(reach(), CHUNKED + chunks, 400);
    });

    test.each([
      ['a bare LF behind the size', '5\nhello\r\n0\r\n\r\n'],
      ['a bare CR behind the size', '5\rhello\r\n0\r\n\r\n'],
      ['a doubled CR behind the size', '5\r\r\nhello\r\n0\r\n\r\n'],
      ['a bare LF behind the content', '5\r\nhello\n0\r\n\r\n'],
      ['a bare CR behind the content', '5\r\nhello\r0\r\n\r\n'],
      ['nothing behind the content', '5\r\nhello0\r\n\r\n'],
      ['more content than its size', '5\r\nhelloworld\r\n0\r\n\r\n'],
      ['less content than its size', '6\r\nhello\r\n0\r\n\r\n'],
      ['a bare LF behind the last size', '5\r\nhello\r\n0\n\r\n'],
      ['a bare LF for the end', '5\r\nhello\r\n0\r\n\n'],
    ])('a chunk with %s gets 400 (RFC 9112 sections 2.2 and 7.1)', async (_name, chunks) => {
      await expectRefused(reach(), CHUNKED + chunks, 400);
    });

    test.each([
      ['no name', '5;\r\nhello\r\n0\r\n\r\n'],
      ['a name that is no token', '5;[\r\nhello\r\n0\r\n\r\n'],
      ['a zero', '5;a\0\r\nhello\r\n0\r\n\r\n'],
      ['a bare CR', '5;a\rb\r\nhello\r\n0\r\n\r\n'],
      ['a bare LF', '5;a\nhello\r\n0\r\n\r\n'],
      ['a bare LF in quotes', '5;a="\n"\r\nhello\r\n0\r\n\r\n'],
      ['an open quote', '5;a="b\r\nhello\r\n0\r\n\r\n'],
    ])('an extension with %s gets 400 (RFC 9112 section 7.1.1)', async (_name, chunks) => {
      await expectRefused(reach(), CHUNKED + chunks, 400);
    });

    test.each([20_000, 500_000])('an extension of %s bytes gets 413 (CVE-2024-22019)', async (length) => {
      await expectRefused(reach(), `${CHUNKED}5;${'a'.repeat(length)}\r\nhello\r\n0\r\n\r\n`, 413);
    });

    test.each([
      ['Content-Length', 'Content-Length: 5'],
      ['Transfer-Encoding', 'Transfer-Encoding: chunked'],
      ['a space ahead of the colon', 'X : y'],
      ['no colon', 'X'],
      ['a folded line', 'X: y\r\n z'],
      ['a bare LF', 'X: y\nZ: z'],
    ])('a trailer with %s gets 400 (RFC 9110 section 6.5.1)', async (_name, line) => {
      await expectRefused(reach(), `${CHUNKED}5\r\nhello\r\n0\r\n${line}\r\n\r\n`, 400);
    });

    test('a chunk larger than bodyLimit is refused by what it announces, before it has come', async () => {
      await using connection = await reach().open();
      connection.send(CHUNKED, 'ffffffffffffffff\r\n', 'x'.repeat(2_000_000));
      expect((await connection.answer()).status).toBe(413);
      expect(await connection.ended()).toBe('');
    });
  },
);

onHttp1('content that does not end', {}, addReader, (reach) => {
  test.each([
    ['by its length', head('POST /read HTTP/1.1', 'Content-Length: 10')],
    ['by its chunks', `${head('POST /read HTTP/1.1', 'Transfer-Encoding: chunked')}5\r\n`],
  ])('%s is not taken for complete (RFC 9112 section 8)', async (_name, bytes) => {
    const server = reach();
    outcome = new Promise((resolve) => (onOutcome = resolve));
    await using connection = await server.open(true);
    connection.send(bytes, 'hello');
    connection.socket.end();
    expectProblem(await connection.answer(), 400);
    expect(await connection.ended()).toBe('');
    expect(await outcome).toBe('ERR_BLAIZE_REQUEST_ABORTED');
  });
});

let outcome: Promise<string>;
let onOutcome: (code: string) => void;

function addReader({ server: { router } }: Parameters<Parameters<typeof onHttp1>[2]>[0]): void {
  router.addRoute('POST', '/read', {
    handler: async (ctx) => {
      const code = await ctx.request.text().then(
        () => 'complete',
        (error: unknown) => (error as { code: string }).code,
      );
      onOutcome(code);
      return code;
    },
  });
}
