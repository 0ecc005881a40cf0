import fc from 'fast-check';
import findMyWay from 'find-my-way';
import { expect, test } from 'vitest';

import type { HeadTest, RequestHead } from './constraints.ts';
import smallRouter, { type SmallRouterOptions } from './small-router.ts';

interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly host: string | undefined;
}

/** What is said about a target: the route and its parameters, or how it is refused. */
type Answer = unknown;

interface Subject {
  readonly add: (route: Route) => boolean;
  readonly find: (method: string, target: string, host?: string) => Answer;
}

const OPTIONS = {
  onBadUrl: () => 'bad',
  onMaxParamLength: () => 'too long',
};

const testOf = ({ host }: Route): { head: HeadTest } | undefined =>
  host === undefined ? undefined : { head: ({ authority }) => authority === host };
const headOf = (host?: string): { head: RequestHead } | undefined =>
  host === undefined ? undefined : { head: { headers: {}, authority: host } };

function subject(router: Pick<ReturnType<typeof smallRouter>, 'on' | 'find'>): Subject {
  return {
    add: (route) => {
      const constraints = testOf(route);
      try {
        router.on(route.method, route.pattern, constraints ? { constraints } : {}, () => 'found', route);
        return true;
      } catch {
        return false;
      }
    },
    find: (method, target, host) => {
      const found = router.find(method, target, headOf(host));
      if (!found) return null;
      const { store, params, searchParams } = found;
      return store === null ? found.handler() : [store, { ...params }, Object.keys(params), searchParams];
    },
  };
}

/** find-my-way itself, as a route table sets it up. */
function original(options: SmallRouterOptions): Subject {
  const tests = (): object => {
    const masks = new Map<HeadTest, number>();
    return {
      get: (wanted: HeadTest | RequestHead) =>
        typeof wanted === 'function'
          ? (masks.get(wanted) ?? 0)
          : [...masks].reduce((all, [each, bits]) => (each(wanted) ? all | bits : all), 0),
      set: (each: HeadTest, mask: number) => void masks.set(each, mask),
    };
  };
  const head = {
    name: 'head',
    mustMatchWhenDerived: false,
    storage: tests,
    deriveConstraint: () => undefined,
  };
  const router = findMyWay({
    ...options,
    constraints: { head },
    querystringParser: (query: string) => query,
  } as object);
  return subject(router as unknown as ReturnType<typeof smallRouter>);
}

const text = fc.constantFrom('a', 'ab', 'abc', 'b', 'B', 'é', '%', '::', '.x', '-', 'a::b');
const regex = fc.constantFrom(
  String.raw`(\d+)`,
  '(^[a-c]+$)',
  '(a|b)',
  '(?:a)',
  '((a)b?)',
  '(.*)',
  '(a+)+',
  '((b+)+)',
  '([)',
  '(a',
  String.raw`(\))`,
);
const parameter = fc
  .tuple(fc.constantFrom(':p', ':q', ':r'), fc.option(regex, { nil: '' }))
  .map((parts) => parts.join(''));
const segment = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 2, arbitrary: parameter },
  fc.tuple(text, parameter).map((parts) => parts.join('')),
  fc
    .tuple(
      parameter,
      fc.constantFrom('-', '.', '.a', '-a', ''),
      fc.option(parameter, { nil: '' }),
      fc.constantFrom('', '.x', 'a'),
    )
    .map((parts) => parts.join('')),
  fc.constantFrom('*', ''),
);
const pattern = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom('', '', '', '/', '/*', '/:z?', '/:z?/'))
  .map(([segments, end]) => `/${segments.join('/')}${end}`);
const route: fc.Arbitrary<Route> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  pattern,
  host: fc.option(fc.constantFrom('a.example', 'b.example'), { nil: undefined }),
});
const piece = fc.constantFrom(
  ...[
    'a',
    'ab',
    'abc',
    'b',
    'B',
    'A',
    'é',
    '%C3%A9',
    '%25',
    '%2525',
    '%2F',
    '%2f',
    '%41',
    '%',
    '%zz',
    '%3A',
    ':',
    '-',
  ],
  ...[
    '.',
    '.x',
    '.a',
    '-a',
    '1',
    '12',
    '/',
    '/',
    '/',
    '/',
    '?',
    '?q=%2F',
    ';',
    'aaaaaaaaa',
    ')',
    '+',
    '%2B',
    '%C3',
  ],
);
const target = fc.array(piece, { maxLength: 9 }).map((pieces) => `/${pieces.join('')}`);

test('leads to the same routes with the same parameters as find-my-way', () => {
  let hits = 0;
  fc.assert(
    fc.property(
      fc.array(route, { minLength: 1, maxLength: 12 }),
      fc.array(target, { minLength: 1, maxLength: 12 }),
      fc.record({
        caseSensitive: fc.boolean(),
        ignoreTrailingSlash: fc.boolean(),
        maxParamLength: fc.constantFrom(3, 100),
      }),
      (routes, targets, given) => {
        const options = { ...OPTIONS, ...given };
        const small = subject(smallRouter(options));
        const large = original(options);
        for (const each of routes) {
          const isAdded = large.add(each);
          // Regular expressions like `(a*)*?` and a route that was half added are the only differences.
          fc.pre(small.add(each) === isAdded && isAdded);
        }
        // A pattern without its syntax is a likely target.
        const all = [...targets, ...routes.map((each) => each.pattern.replaceAll(/[:*?()^$\\]/g, ''))];
        for (const each of all) {
          for (const host of [undefined, 'a.example', 'b.example']) {
            const found = large.find('GET', each, host);
            if (Array.isArray(found)) hits++;
            expect([each, small.find('GET', each, host)]).toEqual([each, found]);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(hits).toBeGreaterThan(200);
});

test('refuses the patterns that find-my-way refuses', () => {
  fc.assert(
    fc.property(fc.array(route, { minLength: 1, maxLength: 4 }), fc.boolean(), (routes, caseSensitive) => {
      const options = { ...OPTIONS, caseSensitive, maxParamLength: 100 };
      const small = subject(smallRouter(options));
      const large = original(options);
      for (const each of routes) {
        const isAdded = large.add(each);
        expect([each.pattern, small.add(each)]).toEqual([each.pattern, isAdded]);
        if (!isAdded) return;
      }
    }),
    { numRuns: 500 },
  );
});
