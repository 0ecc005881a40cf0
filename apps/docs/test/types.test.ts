import path from 'node:path';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';

import { isStep, writeBlocks } from './write-blocks.ts';
import { placeOf, readPages, readReadmes, root } from './pages.ts';

const pages = [...readPages(), ...readReadmes()];
const { files, folderOf } = writeBlocks('types', pages, ['ts']);
// A step of the tutorial has the files of those before it, which were checked there; those of the sample app are
// checked with it.
const sources = new Map(
  [...files].filter(
    ([file, { page, marks }]) =>
      file.startsWith(folderOf(page) + path.sep) && !marks.has('sample') && !marks.has('unchecked'),
  ),
);
const problems = new Map<string, string[]>();

beforeAll(() => {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(root, 'tsconfig.base.json'), ts.sys.readFile.bind(ts.sys)).config,
    ts.sys,
    root,
  );
  const host = cachingHost({ ...options, moduleDetection: ts.ModuleDetectionKind.Force });
  for (const group of groups()) {
    const program = ts.createProgram(group, host.options, host);
    for (const file of group) {
      const source = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      for (const { start = 0, messageText } of found) {
        const block = sources.get(file)!;
        const line = block.line + 1 + (source?.getLineAndCharacterOfPosition(start).line ?? 0);
        const text = `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
        problems.set(placeOf(block), [...(problems.get(placeOf(block)) ?? []), text]);
      }
    }
  }
}, 120_000);

test.each([...new Set([...sources.values()].map(placeOf))])('the types of %s', (place) => {
  expect(problems.get(place) ?? []).toEqual([]);
});

/** What one program checks: a page that adds to `Services` or `State` would add to those of all others. */
function groups(): string[][] {
  const all = [...sources].map(([file, { page }]) => ({ file, page }));
  const adding = new Set(
    [...sources.values()].filter(({ code }) => code.includes('declare module')).map(({ page }) => page),
  );
  const grouped = new Map<string, typeof all>();
  for (const each of all) {
    const { page } = each;
    const group = isStep(page) ? 'the tutorial' : adding.has(page) ? page : 'all others';
    grouped.set(group, [...(grouped.get(group) ?? []), each]);
  }
  return [...grouped.values()].map((group) => group.map(({ file }) => file));
}

/** Programs share what they have parsed. */
function cachingHost(options: ts.CompilerOptions): ts.CompilerHost & { options: ts.CompilerOptions } {
  const host = ts.createCompilerHost(options);
  const parsed = new Map<string, ts.SourceFile | undefined>();
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...rest) => {
    if (!parsed.has(file)) parsed.set(file, parse(file, ...rest));
    return parsed.get(file);
  };
  return Object.assign(host, { options });
}
