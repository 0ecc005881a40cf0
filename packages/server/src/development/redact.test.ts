import { describe, expect, test } from 'vitest';

import { redact, redactTarget } from './redact.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

describe('a field', () => {
  test.each([
    'authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'x-api-key',
    'x-auth-token',
    'x-csrf-token',
    'X-Amz-Security-Token',
    'x-session-id',
    'x-hub-signature-256',
    'client-secret',
    'password',
    'key',
  ])('%s is redacted', (name) => {
    expect(redact(name, 'hunter2')).toBe('[redacted]');
  });

  test.each(['host', 'accept', 'author', 'x-authority', 'sec-websocket-key', 'monkey', 'id'])(
    '%s is shown',
    (name) => {
      expect(redact(name, 'hunter2')).toBe('hunter2');
    },
  );

  test.each([`Bearer abc`, 'basic YTpi', JWT, `id=${JWT}`])(
    'is redacted because of its value: %s',
    (value) => {
      expect(redact('x-forwarded-something', value)).toBe('[redacted]');
    },
  );

  test('does not show the secrets in a URL', () => {
    expect(redact('referer', 'https://ada:pw@a.example/x?page=2&access_token=abc#top')).toBe(
      'https://[redacted]@a.example/x?page=2&access_token=[redacted]#top',
    );
  });

  test('of hostile length takes no time', { timeout: 1_000 }, () => {
    for (const part of ['?', '&a', '://', '://a', '-eyJ', 'eyJa.', '=', ' ']) {
      expect(redact('x', part.repeat(16_384))).toContain(part);
    }
  });
});

describe('a target', () => {
  test('is shown without secret parameters, encoded or not', () => {
    expect(redactTarget('/a?page=2&tok%65n=abc&code=7', {})).toBe(
      '/a?page=2&tok%65n=[redacted]&code=[redacted]',
    );
  });

  test('is shown without the part of the path in a secret parameter', () => {
    expect(redactTarget('/reset/a%20b/now?x=1', { token: 'a b' })).toBe('/reset/[redacted]/now?x=1');
    expect(redactTarget('/files/a/b', { secret: 'a/b' })).toBe('/files/[redacted]/[redacted]');
    expect(redactTarget(`/x/${JWT}`, { id: JWT })).toBe('/x/[redacted]');
  });

  test('is not shown if a schema has transformed the secret', () => {
    expect(redactTarget('/reset/abc?x=1', { token: 'ABC' })).toBe('/[redacted]?x=1');
  });

  test('with an invalid encoding is shown unchanged', () => {
    expect(redactTarget('/a%zz?b=%zz', { id: 'x' })).toBe('/a%zz?b=%zz');
  });
});
