import { again, type Case, first, type Given, later, pair } from './case.ts';

const FRESH: Given = { 'cache-control': 'max-age=5000', date: 0 };
const vary = (names: string | readonly string[]): Given => ({
  ...FRESH,
  'last-modified': -3_000,
  vary: names,
});
const FOO = { foo: '1' };
const FOO_BAR = { foo: '1', bar: 'abc' };
const FOO_BAR_BAZ = { foo: '1', bar: 'abc', baz: '789' };

const match = (id: string, names: string, send: Given, second: Given, from: 'cache' | 'handler'): Case => [
  id,
  first(vary(names), { send }),
  again(from, { send: second }),
];

/** Which stored answer is that of a request, by `Vary`. */
export const varying: readonly Case[] = [
  match('vary-match', 'Foo', FOO, FOO, 'cache'),
  match('vary-no-match', 'Foo', FOO, { foo: '2' }, 'handler'),
  match('vary-omit-stored', 'Foo', {}, FOO, 'handler'),
  match('vary-omit', 'Foo', FOO, {}, 'handler'),
  [
    'vary-invalidate',
    first(vary('Foo'), { send: FOO, body: 'one' }),
    again('handler', { send: { foo: '2' }, answer: vary('Foo'), body: 'two' }),
    again('cache', { send: FOO, text: 'one' }),
  ],
  match('vary-cache-key', 'Foo', { foo: '1', other: '2' }, { foo: '1', other: '3' }, 'cache'),
  match('vary-2-match', 'Foo, Bar', FOO_BAR, FOO_BAR, 'cache'),
  match('vary-2-no-match', 'Foo, Bar', FOO_BAR, { foo: '2', bar: 'abc' }, 'handler'),
  match('vary-2-match-omit', 'Foo, Bar', FOO_BAR, {}, 'handler'),
  match('vary-3-match', 'Foo, Bar, Baz', FOO_BAR_BAZ, FOO_BAR_BAZ, 'cache'),
  match('vary-3-no-match', 'Foo, Bar, Baz', FOO_BAR_BAZ, { ...FOO_BAR_BAZ, foo: '2' }, 'handler'),
  match('vary-3-order', 'Foo, Bar, Baz', FOO_BAR_BAZ, { ...FOO_BAR_BAZ, bar: 'abcde' }, 'handler'),
  match('vary-3-omit', 'Foo, Bar, Baz', { foo: '1', baz: '789' }, { foo: '1', baz: '789' }, 'cache'),
  match('vary-star', '*', FOO, FOO, 'handler'),
  match('vary-normalise-combine', 'Foo', { foo: '1, 2' }, { foo: ['1', '2'] }, 'cache'),
  match('vary-normalise-space', 'Foo', { foo: '1,2' }, { foo: ' 1, 2 ' }, 'cache'),
  match(
    'vary-normalise-lang-case',
    'Accept-Language',
    { 'accept-language': 'en, de' },
    { 'accept-language': 'eN, De' },
    'cache',
  ),
  match(
    'vary-normalise-lang-space',
    'Accept-Language',
    { 'accept-language': 'en, de' },
    { 'accept-language': ' en ,   de' },
    'cache',
  ),
  // The order may matter to the handler.
  match(
    'vary-normalise-lang-order',
    'Accept-Language',
    { 'accept-language': 'en, de' },
    { 'accept-language': 'de, en' },
    'handler',
  ),
  match('vary-syntax-star', '*', FOO, FOO, 'handler'),
  match('vary-syntax-star-star', '*, *', FOO, FOO, 'handler'),
  match('vary-syntax-empty-star', ', *', FOO, FOO, 'handler'),
  match('vary-syntax-star-foo', '*, Foo', FOO, FOO, 'handler'),
  match('vary-syntax-foo-star', 'Foo, *', FOO, FOO, 'handler'),
  ['vary-syntax-star-star-lines', first(vary(['*', '*']), { send: FOO }), again('handler', { send: FOO })],
  ['vary-syntax-empty-star-lines', first(vary(['', '*']), { send: FOO }), again('handler', { send: FOO })],
];

const tagged = (etag: string): Given => ({ 'cache-control': 'max-age=100000', date: 0, etag });
const unmodified = (id: string, etag: string, ifNoneMatch: string): Case => [
  id,
  first(tagged(etag)),
  later('cache', { send: { 'if-none-match': ifNoneMatch }, is: 304, has: { etag } }),
];
const modified = (id: string, etag: string, ifNoneMatch: string): Case => [
  id,
  first(tagged(etag)),
  later('cache', { send: { 'if-none-match': ifNoneMatch }, is: 200 }),
];
const dated: Given = { 'cache-control': 'max-age=100000', date: 0, 'last-modified': -3_000 };

/** Conditions of clients, and those with which the cache asks the handler. */
export const conditions: readonly Case[] = [
  ['conditional-lm-fresh', first(dated), later('cache', { send: { 'if-modified-since': -3_003 }, is: 304 })],
  [
    'conditional-lm-fresh-earlier',
    first(dated),
    later('cache', { send: { 'if-modified-since': -2_003 }, is: 304 }),
  ],
  [
    'conditional-lm-stale',
    first({ ...dated, 'cache-control': 'max-age=2' }),
    later('validated', {
      send: { 'if-modified-since': -3_003 },
      answer: { 'cache-control': 'max-age=2', 'last-modified': -3_003 },
      is: 304,
    }),
  ],
  // It is newer than what the client has: the date of the answer stands for a missing Last-Modified.
  [
    'conditional-lm-fresh-no-lm',
    first({ 'cache-control': 'max-age=100000', date: 0 }),
    later('cache', { send: { 'if-modified-since': -3_000 }, is: 200 }),
    later('cache', { send: { 'if-modified-since': 0 }, is: 304 }),
  ],
  unmodified('conditional-etag-strong-respond', '"abcdef"', '"abcdef"'),
  unmodified('conditional-304-etag', '"abcdef"', '"abcdef"'),
  unmodified('conditional-etag-weak-respond', 'W/"abcdef"', 'W/"abcdef"'),
  unmodified('conditional-etag-strong-respond-multiple-first', '"abcdef"', '"abcdef", "1234", "5678"'),
  unmodified('conditional-etag-strong-respond-multiple-second', '"abcdef"', '"1234", "abcdef", "5678"'),
  unmodified('conditional-etag-strong-respond-multiple-last', '"abcdef"', '"1234", "5678", "abcdef"'),
  [
    'conditional-etag-precedence',
    first({ ...tagged('"abcdef"'), 'last-modified': -5_000 }),
    later('cache', { send: { 'if-none-match': '"abcdef"', 'if-modified-since': -10_000 }, is: 304 }),
  ],
  // What is not an entity tag matches nothing: the answer is sent.
  modified('conditional-etag-quoted-respond-unquoted', '"abcdef"', 'abcdef'),
  modified('conditional-etag-unquoted-respond-unquoted', 'abcdef', 'abcdef'),
  modified('conditional-etag-unquoted-respond-quoted', 'abcdef', '"abcdef"'),
  modified('conditional-etag-weak-respond-lowercase', 'w/"abcdef"', 'w/"abcdef"'),
  modified('conditional-etag-weak-respond-omit-slash', 'W"abcdef"', 'W"abcdef"'),
  modified('conditional-etag-weak-respond-backslash', 'W\\"abcdef"', 'W\\"abcdef"'),
  [
    'conditional-etag-vary-headers',
    first({ expires: 1, etag: '"abcdef"', date: 0, vary: 'Abc' }, { send: { abc: '123' } }),
    later('validated', { send: { abc: '123' } }),
  ],
  pair('conditional-etag-strong-generate', { 'cache-control': 'max-age=2', etag: '"abcdef"' }, 'validated'),
  pair(
    'conditional-etag-weak-generate-weak',
    { 'cache-control': 'max-age=2', etag: 'W/"abcdef"' },
    'validated',
  ),
];

/** What is sent of a stored answer. */
export const headers: readonly Case[] = [
  ...(
    [
      ['Test-Header', 'one', 'two'],
      ['X-Test-Header', 'one', 'two'],
      ['Content-Foo', 'one', 'two'],
      ['X-Content-Foo', 'one', 'two'],
      ['Content-Location', '/bar', '/baz'],
      ['Content-MD5', 'N7UdGUp1E+RbVvZSTy1R8g==', 'rL0Y20zC+Fzt72VPzMSk2A=='],
      ['Content-Security-Policy', "default-src 'self'", "default-src 'none'"],
      ['Clear-Site-Data', 'cookies', 'cache'],
      ['Public-Key-Pins', 'one', 'two'],
      ['X-Frame-Options', 'sameorigin', 'deny'],
      ['X-XSS-Protection', '1; mode=block', '1'],
      ['Expires', 'Mon, 11 Jan 2038 11:11:11 GMT', 'Fri, 01 Jan 2038 01:01:01 GMT'],
    ] as const
  ).flatMap(([header, one, two]): Case[] => {
    const name = header.toLowerCase();
    const cacheControl = 'max-age=2';
    return [
      pair(`headers-store-${header}`, { 'cache-control': 'max-age=3600', [name]: one }, 'cache', {
        has: { [name]: one },
      }),
      [
        `304-etag-update-response-${header}`,
        first({ 'cache-control': cacheControl, etag: '"abc"', [name]: one }),
        later('validated', { answer: { 'cache-control': cacheControl, [name]: two }, has: { [name]: two } }),
        again('cache', { has: { [name]: two } }),
      ],
    ];
  }),
  // They are of the content, which a 304 has not.
  ...(['Content-Encoding', 'Content-Type', 'Content-Range'] as const).flatMap((header): Case[] => {
    const name = header.toLowerCase();
    const [one, two] = header === 'Content-Type' ? ['text/plain', 'text/html'] : ['one', 'two'];
    return [
      pair(`headers-store-${header}`, { 'cache-control': 'max-age=3600', [name]: one }, 'cache', {
        has: { [name]: one },
      }),
      [
        `304-etag-update-response-${header}`,
        first({ 'cache-control': 'max-age=2', etag: '"abc"', [name]: one }),
        later('validated', { answer: { 'cache-control': 'max-age=2', [name]: two }, has: { [name]: one } }),
        again('cache', { has: { [name]: one } }),
      ],
    ];
  }),
  pair('headers-store-Cache-Control', { 'cache-control': 'max-age=3600' }, 'cache', {
    has: { 'cache-control': 'max-age=3600' },
  }),
  pair('headers-store-ETag', { 'cache-control': 'max-age=3600', etag: '"ghijkl"' }, 'cache', {
    has: { etag: '"ghijkl"' },
  }),
  [
    '304-etag-update-response-Cache-Control',
    first({ 'cache-control': 'max-age=2', etag: '"abc"' }),
    later('validated', {
      answer: { 'cache-control': 'max-age=3600' },
      has: { 'cache-control': 'max-age=3600' },
    }),
    later('cache', { has: { 'cache-control': 'max-age=3600' } }),
  ],
  [
    '304-etag-update-response-Content-Length',
    first({ 'cache-control': 'max-age=2', etag: '"abc"' }, { body: '12345' }),
    later('validated', { answer: { 'cache-control': 'max-age=2', 'content-length': '10' }, text: '12345' }),
    again('cache', { has: { 'content-length': '5' }, text: '12345' }),
  ],
  [
    '304-lm-use-stored-Test-Header',
    first({
      'cache-control': 'max-age=2',
      'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT',
      'test-header': 'a',
    }),
    later('validated', { answer: {}, has: { 'test-header': 'a' } }),
  ],
  // They are of the connection, or of a proxy.
  ...[
    'Connection',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authentication-Info',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Transfer-Encoding',
    'Upgrade',
  ].map((header): Case => {
    const name = header.toLowerCase();
    return pair(`headers-store-${header}`, { 'cache-control': 'max-age=3600', [name]: 'foo' }, 'cache', {
      lacks: [`${name}: foo`],
    });
  }),
  ...(['Set-Cookie', 'Set-Cookie2'] as const).map((header): Case => {
    const name = header.toLowerCase();
    return pair(`headers-store-${header}`, { 'cache-control': 'max-age=3600', [name]: 'a=c' }, 'handler');
  }),
];

const FORCING = [
  ['ccreq-ma0', FRESH, 'max-age=0'],
  ['ccreq-ma1', FRESH, 'max-age=1'],
  ['ccreq-magreaterage', { ...FRESH, age: '1800' }, 'max-age=600'],
  ['ccreq-min-fresh', { 'cache-control': 'max-age=1500' }, 'min-fresh=2000'],
  ['ccreq-min-fresh-age', { 'cache-control': 'max-age=1500', age: '1000' }, 'min-fresh=1000'],
  ['ccreq-no-cache', FRESH, 'no-cache'],
] as const;

const asking = (
  list: readonly (readonly [id: string, answer: Given, cacheControl: string])[],
  from: 'cache' | 'handler',
): Case[] =>
  list.map(([id, answer, cacheControl]) =>
    pair(id, answer, from, { send: { 'cache-control': cacheControl } }),
  );

/** What clients ask of the cache. By default they can't force a new answer. */
export const directives: readonly Case[] = [
  ...asking(
    [
      ...FORCING,
      ['ccreq-no-store', FRESH, 'no-store'],
      ['ccreq-max-stale', { 'cache-control': 'max-age=2' }, 'max-stale=1000'],
    ],
    'cache',
  ),
  ['ccreq-oic', { from: 'cache', send: { 'cache-control': 'only-if-cached' }, is: 504 }],
  pair('pragma-request-no-cache', FRESH, 'cache', { send: { pragma: 'no-cache' } }),
  pair('pragma-request-extension', FRESH, 'cache', { send: { pragma: 'unrecognised-extension' } }),
  pair('pragma-response-no-cache', { ...FRESH, pragma: 'no-cache' }, 'cache'),
  pair('pragma-response-extension', { ...FRESH, pragma: 'unrecognised-extension' }, 'cache'),
];

const NO_CACHE = { send: { 'cache-control': 'no-cache' } };

/** The same with `clientRevalidation`: clients can force it. */
export const forced: readonly Case[] = [
  ...asking(FORCING, 'handler'),
  ['ccreq-no-cache-lm', first({ ...FRESH, 'last-modified': -10_000 }), again('validated', NO_CACHE)],
  ['ccreq-no-cache-etag', first({ ...FRESH, etag: '"a"' }), again('validated', NO_CACHE)],
];
