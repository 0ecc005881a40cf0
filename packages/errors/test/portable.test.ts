import { build } from 'esbuild';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

import type * as index from '../src/index.ts';
import type * as internal from '../src/internal.ts';

const source = path.resolve(import.meta.dirname, '../src');

describe('the types', () => {
  test('need nothing but ECMAScript: no @types/node, no DOM', () => {
    const entries = ['index.ts', 'internal.ts'].map((file) => path.join(source, file));
    const program = ts.createProgram(entries, {
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts'],
      types: [],
      module: ts.ModuleKind.NodeNext,
      strict: true,
      exactOptionalPropertyTypes: true,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
      skipLibCheck: false,
      declaration: true,
      outDir: path.resolve('/nowhere'),
    });
    const declarations: string[] = [];
    program.emit(undefined, (file, text) => file.endsWith('.d.ts') && declarations.push(text));

    const errors = ts.getPreEmitDiagnostics(program);
    expect(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
    expect(declarations.length).toBeGreaterThan(5);
    expect(declarations.join('\n')).not.toMatch(/NodeJS\.|<reference|from ['"](?!\.)/);
  });
});

describe('a bundle for browsers', () => {
  test('has all classes, under their names, and needs nothing else', async () => {
    const errors = await bundled("export * from './index.ts'; export * from './internal.ts'");
    const { NotFoundError, HttpError, toProblem } = errors.exports;
    const thrown = new NotFoundError('No such user.', { headers: { 'x-a': 'b' } });
    expect(thrown).toBeInstanceOf(HttpError);
    expect(thrown).toMatchObject({ name: 'NotFoundError', status: 404, code: 'ERR_BLAIZE_NOT_FOUND' });
    expect(toProblem(thrown, { correlationId: 'abc', production: true }).detail).toBe('No such user.');
    expect(errors.imports).toEqual([]);
  });

  test('has nothing of what only servers check', async () => {
    const { inputs } = await bundled("export * from './index.ts'");
    expect(inputs).toContain('http-error.ts');
    expect(inputs.filter((name) => /^(?:check|closest)/.test(name))).toEqual([]);
  });

  test('drops the classes that are not used, and the table of codes', async () => {
    const errors = await bundled("export { HttpError } from './index.ts'");
    expect(errors.text).toContain('HttpError');
    expect(errors.text).not.toMatch(/NotFoundError|ConfigurationError|ERR_BLAIZE_NEXT_TWICE/);
  });
});

interface Bundle {
  readonly text: string;
  readonly imports: readonly unknown[];
  /** The names of its source files. */
  readonly inputs: readonly string[];
  readonly exports: typeof index & typeof internal;
}

/** Minified, as for production. What it could not resolve for a browser would be an error. */
async function bundled(contents: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: source },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    outfile: 'bundle.js',
  });
  const text = outputFiles[0]!.text;
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.keys(output.inputs).map((input) => path.basename(input)),
  );
  const url = `data:text/javascript,${encodeURIComponent(text)}`;
  return { text, imports, inputs, exports: (await import(/* @vite-ignore */ url)) as Bundle['exports'] };
}
