import { readdirSync, readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { limitsIn, limitsTable } from '../parts/limits.ts';
import { benchmarkSection } from '../parts/benchmark.ts';
import { readPages, root } from './pages.ts';

// What pages say that is elsewhere in the repository too.
const pages = new Map(readPages().map(({ name, text }) => [name, text]));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe('error codes', () => {
  const sources = sourcesOf('packages');
  const listed = [...pages.get('troubleshooting')!.matchAll(/^\| `(ERR_BLAIZE_\w+)`/gm)].map(
    ([, code]) => code!,
  );
  const named = [...sources.matchAll(/ERR_BLAIZE_[A-Z_]+\b/g)].map(([code]) => code);
  const made = [...sources.matchAll(/(?:super|new HttpError)\(\s*(4\d\d|5\d\d),/g)].map(([, status = '']) => {
    const phrase = STATUS_CODES[status] ?? '';
    return `ERR_BLAIZE_${phrase.toUpperCase().replaceAll(/\W+/g, '_')}`;
  });

  test('are all listed, once', () => {
    const unique = [...new Set([...named, ...made])].filter((code) => code !== 'ERR_BLAIZE_');
    expect(listed.toSorted()).toEqual(unique.sort());
  });
});

describe('limits', () => {
  const limits = limitsIn(read('packages/types/src/limits.ts'));

  test('have a line each, with the default that the server has', () => {
    const schema = read('packages/server/src/limits.ts');
    for (const { name, byDefault } of limits) {
      const [, value = ''] = new RegExp(`\\b${name}: .*\\.default\\(([\\d_]+)\\)`).exec(schema) ?? [];
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
  const declaration =
    /export interface ServerOptions \{(.*?)\n\}/s.exec(read('packages/server/src/options.ts'))?.[1] ?? '';
  const options = [...declaration.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name!);
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
  const preStop = Number(/\['sleep', '(\d+)'\]/.exec(page)?.[1]);
  const timeout = Number(
    /shutdownTimeout: positive\.default\(([\d_]+)\)/
      .exec(read('packages/server/src/options.ts'))?.[1]
      ?.replace('_', ''),
  );
  expect(grace * 1000).toBeGreaterThan(preStop * 1000 + timeout);
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

function sourcesOf(folder: string): string {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[^/\\]+[/\\]src[/\\].*(?<!\.test)\.ts$/.test(file))
    .map((file) => read(path.join(folder, file)))
    .join('\n');
}
