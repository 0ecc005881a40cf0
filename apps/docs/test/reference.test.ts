import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { type BlaizeErrorCode, ERROR_CODES, HttpError } from '@blaizejs/errors';
import { describe, expect, test } from 'vitest';

import { errorCodeTables } from '../parts/error-codes.ts';
import { limitsIn, limitsTable } from '../parts/limits.ts';
import { benchmarkSection } from '../parts/benchmark.ts';
import { readPages, root } from './pages.ts';

// What pages say that is elsewhere in the repository too.
const pages = new Map(readPages().map(({ name, text }) => [name, text]));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

// Those that do not follow from their status.
const OWN_CODES: Readonly<Record<string, number | undefined>> = {
  ERR_BLAIZE_VALIDATION: 400,
  ERR_BLAIZE_MULTIPART_MALFORMED: 400,
  ERR_BLAIZE_MULTIPART_LIMIT: 413,
  ERR_BLAIZE_MULTIPART_TYPE: 415,
  ERR_BLAIZE_RATE_LIMIT_STORE: 503,
  ERR_BLAIZE_OVERLOADED: 503,
  ERR_BLAIZE_DEADLINE: 504,
  ERR_BLAIZE_AUTH_CREDENTIALS: 401,
  ERR_BLAIZE_AUTH_SCOPE: 403,
  ERR_BLAIZE_AUTH_BUSY: 503,
  ERR_BLAIZE_AUTH_KEY_SERVER: 503,
  ERR_BLAIZE_AUTH_LOGIN: 400,
  ERR_BLAIZE_AUTH_LOGIN_DENIED: 403,
  ERR_BLAIZE_AUTH_TOKENS: 401,
  ERR_BLAIZE_AUTH_PROVIDER: 503,
  ERR_BLAIZE_CSRF: 403,
  ERR_BLAIZE_WEBSOCKET_HANDSHAKE: 400,
  ERR_BLAIZE_WEBSOCKET_ORIGIN: 403,
  ERR_BLAIZE_EVENT_LOG: 503,
  ERR_BLAIZE_SESSION_STORE: 503,
};

describe('error codes', () => {
  const tables = errorCodeTables(read('packages/errors/src/codes.ts'));
  const rows = [...tables.matchAll(/^\| `(ERR_BLAIZE_\w+)` \| (.*) \|$/gm)].map(
    ([, code = '', rest = '']) => ({ code, cells: rest.split(' | ') }),
  );

  test('are all listed, once', () => {
    expect(rows.map(({ code }) => code).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });

  test.each(rows)('$code means what the package says, and what to do', ({ code, cells }) => {
    expect(cells).toContain(ERROR_CODES[code as BlaizeErrorCode]);
    expect(cells.at(-1)).not.toBe('');
  });

  test.each(rows.filter(({ cells }) => cells.length === 3))('$code has its status', ({ code, cells }) => {
    const status = Number(cells[0]);
    const own = OWN_CODES[code];
    if (own !== undefined) expect(status).toBe(own);
    else expect(new HttpError(status).code).toBe(code);
  });
});

describe('limits', () => {
  const limits = limitsIn(read('packages/types/src/limits.ts'));

  test('have a line each, with the default that the server has', () => {
    const sources = read('packages/server/src/limits.ts') + read('packages/app/src/limits.ts');
    for (const { name, byDefault } of limits) {
      // `limit(10_000, MAX_TIMER)`, `orElse(milliseconds, 15_000)`
      const [, value = ''] =
        new RegExp(`\\b${name}: \\w+\\((?:milliseconds, )?([\\d_]+)`).exec(sources) ?? [];
      expect(byDefault.replaceAll(' ', ''), name).toBe(value.replaceAll('_', ''));
    }
    expect(limitsTable(limits).trim().split('\n')).toHaveLength(limits.length + 2);
  });

  test('without a default in the comment are an error', () => {
    const source = 'export interface Limits {\n  /** Bytes. */\n  readonly maxBytes: number;\n}\n';
    expect(() => limitsIn(source)).toThrow('maxBytes');
  });
});

test('the options of the server are all in its guide', () => {
  const options = [
    ...optionsOf('AppOptions', read('packages/app/src/app-options.ts')),
    ...optionsOf('ServerOptions', read('packages/server/src/options.ts')),
  ];
  const table = [...pages.get('guides/server')!.matchAll(/^\| (`\w.*?) +\|/gm)]
    .map(([, cell]) => cell)
    .join(' ');
  expect(options.length).toBeGreaterThan(10);
  expect(options.filter((name) => !new RegExp(`\`${name}[.\`]`).test(table))).toEqual([]);
});

test('the last step of the tutorial is the sample app', () => {
  const app = path.join(root, 'apps/bookmarks');
  const files = readdirSync(path.join(app, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `src/${file.replaceAll(path.sep, '/')}`);
  const steps = readPages().filter(({ name }) => /^tutorial\/\d/.test(name));
  const built = new Map(steps.flatMap(({ blocks }) => blocks.map(({ file, code }) => [file, code] as const)));
  for (const file of files) expect(built.get(file), file).toBe(read(`apps/bookmarks/${file}`));
});

test('Kubernetes waits longer than the server takes', () => {
  const page = pages.get('deployment/kubernetes')!;
  const grace = Number(/terminationGracePeriodSeconds: (\d+)/.exec(page)?.[1]);
  const delay = Number(/DRAIN_DELAY, value: '(\d+)'/.exec(page)?.[1]);
  const timeout = Number(
    /shutdownTimeout: orElse\(positive, ([\d_]+)\)/
      .exec(read('packages/app/src/app-options.ts'))?.[1]
      ?.replace('_', ''),
  );
  expect(grace * 1000).toBeGreaterThan(delay + timeout);
});

test('a package that a page installs by its version is tested in that version', () => {
  const { devDependencies: tested } = JSON.parse(read('apps/docs/package.json')) as {
    devDependencies: Readonly<Record<string, string>>;
  };
  const installed = [...pages.values(), read('packages/plugins/README.md')].flatMap((text) =>
    [...text.matchAll(/^npm install .*$/gm)].flatMap(([line]) => [
      ...line.matchAll(/ ((?:@[\w-]+\/)?[\w-]+)@([\d.]+)(?= |$)/g),
    ]),
  );
  expect(installed.length).toBeGreaterThan(0);
  for (const [, name = '', version = ''] of installed) {
    expect(`${tested[name]}.`, name).toMatch(new RegExp(`^\\^?${version.replaceAll('.', '\\.')}\\.`));
  }
});

describe('the benchmark', () => {
  test('is told of where there are no results', () => {
    expect(benchmarkSection(undefined)).toContain('pnpm bench');
  });

  test('keeps its place below the headings of its page, and its links', () => {
    const section = benchmarkSection(
      '# Results\n\n## Machine\n\n[How](README.md), [Node](https://nodejs.org)\n',
    );
    expect(section).toBe(
      '### Machine\n\n[How](https://github.com/jleajones/blaize/blob/main/tooling/benchmark/README.md), [Node](https://nodejs.org)\n',
    );
  });
});

/** The names of an interface's properties. */
function optionsOf(name: string, source: string): string[] {
  const [, body = ''] = new RegExp(`export interface ${name}<.*?\\{\n(.*?)\n\\}`, 's').exec(source) ?? [];
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, option]) => option!);
}
