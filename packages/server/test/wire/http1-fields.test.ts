import { expect, test } from 'vitest';

import { expectProblem, expectRefused, expectServed, head, onHttp1 } from './http1-suite.ts';

const LINE = 'GET /echo HTTP/1.1';

onHttp1(
  'field lines',
  {},
  () => undefined,
  (reach) => {
    test.each([
      ['a space ahead of the colon', 'X : y'],
      ['a tab ahead of the colon', 'X\t: y'],
      ['a space in the name', 'X Y: z'],
      ['no name', ': y'],
      ['no colon', 'X'],
      ['brackets in the name', 'X[]: y'],
      ['a slash in the name', 'X/Y: z'],
      ['a quote in the name', 'X": y'],
      ['bytes above 127 in the name', 'X\xe9: y'],
      ['a zero in the name', 'X\0: y'],
    ])('%s gets 400 (RFC 9112 section 5.1)', async (_name, line) => {
      await expectRefused(reach(), head(LINE, line), 400);
    });

    test.each([
      ['a zero', 'X: a\0b'],
      ['a control character', 'X: a\x07'],
      ['a form feed', 'X: a\fb'],
      ['DEL', 'X: a\x7f'],
      ['a bare CR', 'X: a\rb'],
      ['a bare CR at the end', 'X: a\r'],
    ])('a value with %s gets 400 (RFC 9110 section 5.5)', async (_name, line) => {
      await expectRefused(reach(), head(LINE, line), 400);
    });

    test.each([
      ['behind a value', ['X: a', ' b']],
      ['by a tab', ['X: a', '\tb']],
      ['behind nothing', ['X:', ' b']],
      ['of Host', ['X: y', ' example.com']],
    ])('a folded line %s gets 400 (RFC 9112 section 5.2)', async (_name, lines) => {
      await expectRefused(reach(), head(LINE, ...lines), 400);
    });

    test.each([' X: y', '\tX: y'])(
      'space ahead of the first line gets 400: %j (RFC 9112 section 2.2)',
      async (first) => {
        await expectRefused(reach(), [LINE, first, 'Host: localhost', '', ''].join('\r\n'), 400);
      },
    );

    test.each([
      ['a bare LF between lines', `${LINE}\r\nHost: localhost\nX: y\r\n\r\n`],
      ['a bare CR between lines', `${LINE}\r\nHost: localhost\rX: y\r\n\r\n`],
      ['a bare LF for the empty line', `${LINE}\r\nHost: localhost\r\n\n`],
      ['a bare CR for the empty line', `${LINE}\r\nHost: localhost\r\n\rX: y\r\n\r\n`],
      ['LF for every CRLF', `${LINE}\nHost: localhost\n\n`],
    ])('%s gets 400 (RFC 9112 section 2.2)', async (_name, bytes) => {
      await expectRefused(reach(), bytes, 400);
    });

    test('empty values, space around values and bytes above 127 in values are fine (RFC 9110 section 5.5)', async () => {
      await expectServed(reach(), head(LINE, 'X:', 'Y: ', 'Z:\t a \t', 'caf\u00e9'.replace('caf', 'U: ')));
    });
  },
);

onHttp1('Host', {}, addHost, (reach) => {
  const withHost = (...lines: readonly string[]): string =>
    ['GET /host HTTP/1.1', ...lines, '', ''].join('\r\n');

  test.each([
    ['none', []],
    ['two', ['Host: a', 'Host: b']],
    ['two that are equal', ['Host: a', 'Host: a']],
    ['two in other spellings', ['host: a', 'X: y', 'HOST: b']],
    ['an empty one', ['Host:']],
    ['a list', ['Host: a, b']],
    ['a list without a space', ['Host: a,b']],
    ['a space', ['Host: a b']],
    ['a path', ['Host: a/b']],
    ['a backslash', ['Host: a\\b']],
    ['a query', ['Host: a?b']],
    ['a fragment', ['Host: a#b']],
    ['a user', ['Host: user@a']],
    ['a scheme', ['Host: http://a']],
    ['a port that is no number', ['Host: a:b']],
    ['a port that is too large', ['Host: a:65536']],
    ['a port and no name', ['Host: :80']],
    ['brackets around a name', ['Host: [a]']],
    ['an open bracket', ['Host: [::1']],
    ['bytes above 127', ['Host: \xe9']],
    ['a broken escape', ['Host: a%zz']],
  ])('%s gets 400 (RFC 9112 section 3.2)', async (_name, lines) => {
    await expectRefused(reach(), withHost(...lines), 400);
  });

  test('one that was refused is refused again, one that was served served', async () => {
    const statusOf = async (line: string): Promise<number> => {
      await using connection = await reach().open();
      return (await connection.send(withHost(line)).answer()).status;
    };
    const statuses = [];
    for (const line of ['Host: a b', 'Host: a b', 'Host: a', 'Host: a', 'Host: a b'])
      statuses.push(await statusOf(line));
    expect(statuses).toEqual([400, 400, 200, 200, 400]);
  });

  test('two over HTTP/1.0 get 400 as well', async () => {
    await expectRefused(reach(), 'GET /host HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n', 400);
  });

  test.each([
    'example.com',
    'example.com:8080',
    '127.0.0.1',
    '[::1]:8080',
    'a-b.example',
    'a_b',
    'EXAMPLE.com:',
  ])('%s is fine', async (host) => {
    await expectServed(reach(), withHost(`Host: ${host}`), host);
  });

  test.each(['host: a', 'HOST: a', 'hOsT:a'])('its name may be written in any way: %s', async (line) => {
    await expectServed(reach(), withHost(line), 'a');
  });

  test('none is fine over HTTP/1.0 (RFC 9112 section 3.2)', async () => {
    await using connection = await reach().open();
    connection.send('GET /host HTTP/1.0\r\n\r\n');
    expect((await connection.answer()).status).toBe(204);
    expect(await connection.ended()).toBe('');
  });

  test('none is wrong even beside a whole URL (RFC 9112 section 3.2.2)', async () => {
    await expectRefused(reach(), 'GET http://a/host HTTP/1.1\r\n\r\n', 400);
  });
});

onHttp1(
  'Expect',
  {},
  () => undefined,
  (reach) => {
    const CONTENT = ['POST /echo HTTP/1.1', 'Content-Length: 5'] as const;

    test('100-continue is answered when the content is read (RFC 9110 section 10.1.1)', async () => {
      await using connection = await reach().open();
      connection.send(head(...CONTENT, 'Expect: 100-Continue'));
      expect((await connection.answer()).status).toBe(100);
      connection.send('hello');
      expect((await connection.answer()).content).toBe('hello');
      connection.send(head(LINE));
      expect((await connection.answer()).status).toBe(200);
    });

    test('a request that is refused before is not asked for its content, and ends its connection', async () => {
      await using connection = await reach().open();
      connection.send(head('POST /nowhere HTTP/1.1', 'Content-Length: 5', 'Expect: 100-continue'));
      const answer = await connection.answer();
      expectProblem(answer, 404);
      expect(answer.fields.connection).toEqual(['close']);
      expect(await connection.ended()).toBe('');
    });

    test('what stands behind content that was not asked for is not served', async () => {
      const { open, served } = reach();
      await using connection = await open();
      connection.send(head('POST /nowhere HTTP/1.1', 'Content-Length: 5', 'Expect: 100-continue'), 'hello');
      connection.send(head('GET /hidden HTTP/1.1'));
      expect((await connection.answer()).status).toBe(404);
      expect(await connection.ended()).toBe('');
      expect(served).not.toContain('GET /hidden');
    });

    test.each(['200-ok', '100-continue, 200-ok', 'y 100-continue', '100-continued'])(
      '%s gets 417',
      async (expectation) => {
        await expectRefused(reach(), head(...CONTENT, `Expect: ${expectation}`) + 'hello', 417);
      },
    );

    test('is ignored over HTTP/1.0', async () => {
      await using connection = await reach().open();
      connection.send('POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello');
      expect(await connection.answer()).toMatchObject({ status: 200, content: 'hello' });
    });
  },
);

onHttp1(
  'Upgrade',
  {},
  () => undefined,
  (reach) => {
    const UPGRADE = ['Connection: upgrade', 'Upgrade: websocket'] as const;

    test.each([
      ['nobody asked for', head(LINE, ...UPGRADE), ''],
      [
        'to cleartext HTTP/2',
        head(LINE, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AA'),
        '',
      ],
      ['with content', `${head('POST /echo HTTP/1.1', ...UPGRADE, 'Content-Length: 5')}hello`, 'hello'],
      [
        'with chunked content',
        `${head('POST /echo HTTP/1.1', ...UPGRADE, 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`,
        'hello',
      ],
      ['without the connection option', head(LINE, 'Upgrade: websocket'), ''],
    ])('%s is ignored (RFC 9110 section 7.8)', async (_name, bytes, content) => {
      await expectServed(reach(), bytes, content);
    });

    test('is ignored over HTTP/1.0', async () => {
      await using connection = await reach().open();
      connection.send(`GET /echo HTTP/1.0\r\n${UPGRADE.join('\r\n')}\r\n\r\n`);
      expect((await connection.answer()).status).toBe(200);
    });
  },
);

onHttp1(
  'the size of the head',
  { limits: { maxHeaderSize: 4096, maxHeadersCount: 62 } },
  () => undefined,
  (reach) => {
    test.each([
      ['a value above maxHeaderSize', `X: ${'a'.repeat(4096)}`],
      ['a name above maxHeaderSize', `${'X'.repeat(4096)}: a`],
      ['far above it', `X: ${'a'.repeat(500_000)}`],
      ['a name and value above it together', `${'X'.repeat(2100)}: ${'a'.repeat(2000)}`],
    ])('%s gets 431 (RFC 6585 section 5)', async (_name, line) => {
      await expectRefused(reach(), head(LINE, line), 431, 'maxHeaderSize');
    });

    test('lines that are above it together get 431', async () => {
      const lines = Array.from({ length: 30 }, (_, index) => `X${index}: ${'a'.repeat(150)}`);
      await expectRefused(reach(), head(LINE, ...lines), 431, 'maxHeaderSize');
    });

    test('maxHeadersCount lines are served, one more gets 431', async () => {
      const lines = Array.from({ length: 61 }, (_, index) => `X${index}: a`);
      await expectServed(reach(), head(LINE, ...lines));
      await expectRefused(reach(), head(LINE, ...lines, 'Y: b'), 431, 'maxHeadersCount');
    });

    test('so do so many that Node would leave some out (Host among them)', async () => {
      const lines = 'a:b\r\n'.repeat(700);
      await expectRefused(reach(), `${LINE}\r\n${lines}Host: a\r\n\r\n`, 431, 'maxHeadersCount');
    });

    test('trailers above maxHeaderSize get 431 (RFC 9112 section 7.1.2)', async () => {
      const bytes = `${head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked')}0\r\nX: ${'a'.repeat(5000)}\r\n\r\n`;
      await expectRefused(reach(), bytes, 431, 'maxHeaderSize');
    });
  },
);

function addHost({ server: { router } }: Parameters<Parameters<typeof onHttp1>[2]>[0]): void {
  router.addRoute('GET', '/host', { handler: (ctx) => ctx.request.header('host') });
}
