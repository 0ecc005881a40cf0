import { again, type Case, control, first, later, pair } from './case.ts';

/** How long an answer is fresh: `max-age`, `s-maxage`, `Expires`, `Age` and `Date`. */
export const freshness: readonly Case[] = [
  pair('freshness-none', {}, 'handler'),
  control('freshness-max-age', 'max-age=3600', 'cache'),
  control('freshness-max-age-stale', 'max-age=2', 'handler'),
  control('freshness-max-age-0', 'max-age=0', 'handler'),
  control('freshness-max-age-max-minus-1', 'max-age=2147483647', 'cache'),
  control('freshness-max-age-max', 'max-age=2147483648', 'cache'),
  control('freshness-max-age-max-plus-1', 'max-age=2147483649', 'cache'),
  control('freshness-max-age-max-plus', 'max-age=99999999999', 'cache'),
  pair('freshness-max-age-age', { date: 0, 'cache-control': 'max-age=3600', age: '7200' }, 'handler'),
  pair('freshness-max-age-date', { date: -7200, 'cache-control': 'max-age=3600' }, 'handler'),
  pair('freshness-max-age-expires', { 'cache-control': 'max-age=3600', expires: -7200, date: 0 }, 'cache'),
  pair('freshness-max-age-expires-invalid', { 'cache-control': 'max-age=3600', expires: '0' }, 'cache'),
  pair('freshness-max-age-0-expires', { expires: 3600, 'cache-control': 'max-age=0', date: 0 }, 'handler'),
  control('freshness-max-age-extension', 'foobar, max-age=3600', 'cache'),
  control('freshness-max-age-case-insenstive', 'MaX-aGe=3600', 'cache'),
  control('freshness-max-age-negative', 'max-age=-3600', 'handler'),
  control('freshness-s-maxage-shared', 's-maxage=3600', 'cache'),
  control('freshness-max-age-s-maxage-shared-longer', 'max-age=3600, s-maxage=1', 'handler'),
  control('freshness-max-age-s-maxage-shared-longer-reversed', 's-maxage=1, max-age=3600', 'handler'),
  control('freshness-max-age-s-maxage-shared-longer-multiple', ['max-age=3600', 's-maxage=1'], 'handler'),
  control('freshness-max-age-s-maxage-shared-shorter', 'max-age=1, s-maxage=3600', 'cache'),
  pair(
    'freshness-max-age-s-maxage-shared-shorter-expires',
    { expires: -10, 'cache-control': 'max-age=0, s-maxage=3600' },
    'cache',
  ),

  // What the directives look like.
  control('freshness-max-age-two-fresh-stale-sameline', 'max-age=1800, max-age=1', 'cache'),
  control('freshness-max-age-two-fresh-stale-sepline', ['max-age=1800', 'max-age=1'], 'cache'),
  // Either the first counts, or the answer is stale. Here, the first is the one that is stale.
  control('freshness-max-age-two-stale-fresh-sameline', 'max-age=1, max-age=1800', 'handler'),
  control('freshness-max-age-two-stale-fresh-sepline', ['max-age=1', 'max-age=1800'], 'handler'),
  control('freshness-max-age-quoted', 'max-age="3600"', 'cache'),
  control('freshness-max-age-ignore-quoted', 'extension="max-age=3600", max-age=1', 'handler'),
  control('freshness-max-age-ignore-quoted-rev', 'max-age=1, extension="max-age=3600"', 'handler'),
  control('freshness-max-age-space-before-equals', 'max-age =3600', 'handler'),
  control('freshness-max-age-leading-zero', 'max-age=003600', 'cache'),
  control('freshness-max-age-single-quoted', "max-age='3600'", 'handler'),
  // What is not a number is stale.
  control('freshness-max-age-decimal-zero', 'max-age=3600.0', 'handler'),
  control('freshness-max-age-decimal-five', 'max-age=3600.5', 'handler'),
  control('freshness-max-age-a100', 'max-age=a3600', 'handler'),
  control('freshness-max-age-100a', 'max-age=3600a', 'handler'),

  ...(
    [
      ['age-parse-nonnumeric', 'abc', 'cache'],
      ['age-parse-negative', '-7200', 'cache'],
      ['age-parse-float', '7200.0', 'cache'],
      ['age-parse-large-minus-one', '2147483647', 'handler'],
      ['age-parse-large', '2147483648', 'handler'],
      ['age-parse-larger', '2147483649', 'handler'],
      ['age-parse-suffix', '7200, 0', 'handler'],
      ['age-parse-prefix', '0, 7200', 'cache'],
      ['age-parse-dup-0', '0, 0', 'cache'],
      ['age-parse-parameter', '7200;foo=bar', 'cache'],
      ['age-parse-numeric-parameter', '7200;foo=111', 'cache'],
    ] as const
  ).map(([id, age, from]) => pair(id, { date: 0, 'cache-control': 'max-age=3600', age }, from)),

  pair('freshness-expires-future', { expires: 2_592_000, date: 0 }, 'cache'),
  pair('freshness-expires-past', { expires: -2_592_000, date: 0 }, 'handler'),
  ['freshness-expires-present', first({ expires: 0, date: 0 }), again('handler')],
  pair('freshness-expires-old-date', { expires: 300, date: 400 }, 'handler'),
  pair('freshness-expires-invalid', { expires: '0', date: 0 }, 'handler'),
  ['freshness-expires-invalid-date', first({ date: 'foo', expires: 10 }), again('cache')],
  ['freshness-expires-age-slow-date', first({ date: -10, expires: 10, age: '25' }), again('handler')],
  ['freshness-expires-age-fast-date', first({ date: 10, expires: 20, age: '15' }), again('handler')],

  ...(
    [
      ['freshness-expires-32bit', 'Tue, 19 Jan 2038 14:14:08 GMT', 'cache'],
      ['freshness-expires-far-future', 'Sun, 21 Nov 2286 04:46:39 GMT', 'cache'],
      ['freshness-expires-rfc850', 'Thursday, 18-Aug-50 02:01:18 GMT', 'cache'],
      ['freshness-expires-ansi-c', 'Thu Aug  8 02:01:18 2050', 'cache'],
      ['freshness-expires-invalid-utc', 'Thu, 18 Aug 2050 02:01:18 UTC', 'handler'],
      ['freshness-expires-invalid-aest', 'Thu, 18 Aug 2050 02:01:18 AEST', 'handler'],
      ['freshness-expires-invalid-2-digit-year', 'Thu, 18 Aug 50 02:01:18 GMT', 'handler'],
      ['freshness-expires-invalid-no-comma', 'Thu 18 Aug 2050 02:01:18 GMT', 'handler'],
      ['freshness-expires-invalid-multiple-spaces', 'Thu, 18  Aug  2050 02:01:18 GMT', 'handler'],
      ['freshness-expires-invalid-date-dashes', 'Thu, 18-Aug-2050 02:01:18 GMT', 'handler'],
      ['freshness-expires-invalid-time-periods', 'Thu, 18 Aug 2050 02.01.18 GMT', 'handler'],
      ['freshness-expires-invalid-1-digit-hour', 'Thu, 18 Aug 2050 2:01:18 GMT', 'handler'],
    ] as const
  ).map(([id, expires, from]) => pair(id, { expires, date: 0 }, from)),

  // The age of an answer, and its date.
  pair('other-age-gen', { 'cache-control': 'max-age=100000', date: 0 }, 'cache', { age: 3 }),
  pair('other-age-update-expires', { expires: 2_592_000, date: 0, age: '30' }, 'cache', { age: 33 }),
  pair('other-age-update-max-age', { 'cache-control': 'max-age=100000', date: 0, age: '30' }, 'cache', {
    age: 33,
  }),
  pair('other-date-update', { 'cache-control': 'max-age=100000', date: 0 }, 'cache', { has: { date: -3 } }),
  pair('other-date-update-expires', { expires: 2_592_000, date: 0 }, 'cache', { has: { date: -3 } }),
  pair('other-date-update-expires-update', { expires: 2_592_000, date: 0 }, 'cache', {
    has: { expires: 2_591_997 },
  }),
  [
    'query-args-different',
    first({ 'cache-control': 'max-age=100' }, { at: '?a=1' }),
    later('handler', { at: '?a=2' }),
  ],
  [
    'query-args-same',
    first({ 'cache-control': 'max-age=100' }, { at: '?a=1' }),
    later('cache', { at: '?a=1' }),
  ],
  pair(
    'other-fresh-content-disposition-attachment',
    { 'cache-control': 'max-age=100000', 'content-disposition': 'attachment; filename=example.txt' },
    'cache',
  ),
];
