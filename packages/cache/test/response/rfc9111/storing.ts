import { again, type Case, first, type Given, later, pair } from './case.ts';

const FRESH: Given = { 'cache-control': 'max-age=100000', date: 0 };
const STALE: Given = { expires: -5_000, 'last-modified': -100_000, date: 0 };
const ETAG = '"abcd"';

/** With a lifetime, all of these may be stored. Answers of the server's own failures are not, which is our choice. */
const STORED = [200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499];
const NOT_STORED = [500, 502, 503, 504, 599];
/** Without a lifetime, none is. */
const SILENT = [200, 201, 202, 203, 204, 403, 404, 405, 410, 414, 501, 502, 503, 504, 599];

/** What may be stored, and what may be done with it. */
export const storing: readonly Case[] = [
  ...STORED.map((status): Case => [
    `status-${status}-fresh`,
    first(FRESH, { status }),
    later('cache', { is: status }),
  ]),
  ...NOT_STORED.map((status): Case => [
    `status-${status}-fresh`,
    first(FRESH, { status }),
    later('handler', { status: 200 }),
  ]),
  ...[...STORED, ...NOT_STORED].map((status): Case => [
    `status-${status}-stale`,
    first(STALE, { status }),
    later('handler'),
  ]),
  ...SILENT.map((status): Case => [
    `heuristic-${status}-${status === 200 ? 'cached' : 'not_cached'}`,
    first({ 'last-modified': -86_400, date: 0 }, { status }),
    later('handler', { status: 200 }),
  ]),
  ...[5, 10, 30, 60, 300, 600, 1_200, 1_800, 3_600, 43_200, 86_400].map((delta) =>
    pair(`heuristic-delta-${delta}`, { 'last-modified': -delta, date: 0 }, 'handler'),
  ),
  [
    'status-599-must-understand',
    first({ 'cache-control': 'max-age=3600, no-store, must-understand' }, { status: 599 }),
    again('handler', { status: 200 }),
  ],
  [
    'status-200-must-understand',
    first({ 'cache-control': 'max-age=3600, no-store, must-understand' }),
    again('cache'),
  ],

  pair('cc-resp-private-shared', { 'cache-control': 'private, max-age=3600' }, 'handler'),
  pair('cc-resp-no-store', { 'cache-control': 'no-store' }, 'handler'),
  pair('cc-resp-no-store-case-insensitive', { 'cache-control': 'No-StOrE' }, 'handler'),
  pair('cc-resp-no-store-fresh', { 'cache-control': 'max-age=10000, no-store', expires: 10_000 }, 'handler'),
  [
    'cc-resp-no-store-old-new',
    first({ 'cache-control': 'max-age=10000', a: '1' }),
    later('cache', { answer: { 'cache-control': 'no-store', a: '2' } }),
    later('cache', { has: { a: '1' } }),
  ],
  [
    'cc-resp-no-store-old-max-age',
    first({ 'cache-control': 'max-age=10000', a: '1' }),
    later('cache', { answer: { 'cache-control': 'no-store, max-age=0', a: '2' } }),
    later('cache', { has: { a: '1' } }),
  ],
  pair('cc-resp-no-cache', { 'cache-control': 'max-age=10000, no-cache' }, 'handler'),
  pair('cc-resp-no-cache-case-insensitive', { 'cache-control': 'max-age=10000, No-CaChE' }, 'handler'),
  ['cc-resp-no-cache-revalidate', first({ 'cache-control': 'no-cache', etag: ETAG }), again('validated')],
  [
    'cc-resp-no-cache-revalidate-fresh',
    first({ 'cache-control': 'max-age=10000, no-cache', expires: 10_000, etag: ETAG }),
    again('validated'),
  ],
  pair(
    'headers-omit-headers-listed-in-Cache-Control-no-cache-single',
    { 'cache-control': 'no-cache="a", max-age=3600', a: '1', b: '2' },
    'cache',
    { has: { b: '2' }, lacks: ['a'] },
  ),
  pair(
    'headers-omit-headers-listed-in-Cache-Control-no-cache',
    { 'cache-control': 'no-cache="a, b", max-age=3600', a: '1', b: '2', c: '3' },
    'cache',
    { has: { c: '3' }, lacks: ['a', 'b'] },
  ),
  [
    'cc-resp-must-revalidate-fresh',
    first({ 'cache-control': 'max-age=10000, must-revalidate', etag: ETAG }),
    again('cache'),
  ],
  [
    'cc-resp-must-revalidate-stale',
    first({ 'cache-control': 'max-age=2, must-revalidate', etag: ETAG }),
    again('cache'),
    later('validated'),
  ],

  // Without a lifetime for it, a stale answer is not used when the handler fails.
  ['stale-close', first({ 'cache-control': 'max-age=2' }), later('handler', { fails: true, is: 500 })],
  ['stale-503', first({ 'cache-control': 'max-age=2' }), later('handler', { status: 503, is: 503 })],
  [
    'stale-sie-close',
    first({ 'cache-control': 'max-age=2, stale-if-error=60' }),
    later('cache', { fails: true, is: 200 }),
  ],
  [
    'stale-sie-503',
    first({ 'cache-control': 'max-age=2, stale-if-error=60' }),
    later('cache', { status: 503, is: 200 }),
  ],
  ...['must-revalidate', 'proxy-revalidate', 'no-cache', 's-maxage=2'].map((directive): Case => [
    `stale-close-${directive}`,
    first({ 'cache-control': `max-age=2, ${directive}` }),
    later('handler', { fails: true, is: 500 }),
  ]),
  [
    'stale-while-revalidate',
    first({ 'cache-control': 'max-age=1, stale-while-revalidate=3600', etag: '"abc"' }),
    later('cache'),
  ],
  [
    'stale-while-revalidate-window',
    first({ 'cache-control': 'max-age=1, stale-while-revalidate=4' }),
    later('cache', { status: 503, is: 200 }),
    later('handler'),
  ],

  // Credentials and cookies.
  ['other-authorization', first(FRESH, { send: { authorization: 'FOO' } }), later('handler')],
  ...(
    [
      ['other-authorization-public', 'max-age=3600, public'],
      ['other-authorization-must-revalidate', 'max-age=3600, must-revalidate'],
      ['other-authorization-smaxage', 's-maxage=3600'],
    ] as const
  ).map(([id, cacheControl]): Case => [
    id,
    first({ 'cache-control': cacheControl }, { send: { authorization: 'FOO' } }),
    later('cache'),
  ]),
  ['other-cookie', first(FRESH), later('cache', { send: { cookie: 'a=b' } })],
  // The suite would store it with its cookie. Here, cookies are never shared.
  pair('other-set-cookie', { ...FRESH, 'set-cookie': 'a=b' }, 'handler'),

  // What unsafe methods change.
  ...['POST', 'PUT', 'DELETE', 'M-SEARCH'].flatMap((method): Case[] => [
    [`invalidate-${method}`, first(FRESH), again('handler', { method }), again('handler')],
    [`invalidate-${method}-failed`, first(FRESH), again('handler', { method, status: 500 }), again('cache')],
    ...(['location', 'content-location'] as const).map((name): Case => [
      `invalidate-${method}-${name === 'location' ? name : 'cl'}`,
      first(FRESH, { at: '/target' }),
      again('handler', { method, answer: { [name]: './$/target' } }),
      again('handler', { at: '/target' }),
    ]),
  ]),
  ['method-POST', first(FRESH, { method: 'POST' }), later('handler')],
  ['head-writethrough', first({ 'cache-control': 'max-age=2' }), later('handler', { method: 'HEAD' })],

  // Parts of a stored answer.
  ...(
    [
      ['partial-store-complete-reuse-partial', 'bytes=0-1', '01'],
      ['partial-store-complete-reuse-partial-no-last', 'bytes=1-', '123456789A'],
      ['partial-store-complete-reuse-partial-suffix', 'bytes=-1', 'A'],
    ] as const
  ).map(([id, range, text]): Case => [
    id,
    first({ 'cache-control': 'max-age=3600' }, { body: '0123456789A' }),
    again('cache', { send: { range }, is: 206, text }),
  ]),
  [
    'partial-use-headers',
    first({ 'cache-control': 'max-age=3600', a: '1' }, { body: '0123456789A' }),
    again('cache', { send: { range: 'bytes=0-1' }, is: 206, text: '01', answer: { a: '2' } }),
  ],
  [
    'partial-use-stored-headers',
    first({ 'cache-control': 'max-age=3600', a: '1' }, { body: '0123456789A' }),
    again('cache', { send: { range: 'bytes=0-1' }, is: 206, text: '01', has: { a: '1' } }),
  ],
  // A part is not stored: the next request for one is answered by the handler.
  ...['reuse-partial', 'reuse-partial-byterange', 'reuse-partial-absent', 'reuse-partial-suffix'].map(
    (name): Case => [
      `partial-store-partial-${name}`,
      first(
        { 'cache-control': 'max-age=3600', 'content-range': 'bytes 4-9/10' },
        { send: { range: 'bytes=-5' }, status: 206, body: '01234' },
      ),
      again('handler', { send: { range: 'bytes=-5' } }),
    ],
  ),
];
