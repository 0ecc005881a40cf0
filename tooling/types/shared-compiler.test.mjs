import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { root } from '../workspace.mjs';
import { SharedCompiler } from './shared-compiler.mjs';

const folder = mkdtempSync(join(tmpdir(), 'blaizejs-shared-'));
afterAll(() => rmSync(folder, { recursive: true }));

const compiler = new SharedCompiler();

/** @param {string} name @param {string} code @param {readonly string[]} lib */
function compile(name, code, lib = ['ES2023']) {
  const place = join(folder, name);
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    lib,
    strict: true,
    types: [],
    typeRoots: [join(root, 'node_modules/@types')],
    skipLibCheck: true,
    noEmit: true,
  };
  mkdirSync(place);
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['index.ts'] }));
  writeFileSync(join(place, 'index.ts'), code);
  return compiler.compile(place);
}

const BUFFER = 'export const bytes: Buffer = Buffer.of(1);';

it('does not let a project see the types of the one before', { timeout: 60_000 }, () => {
  expect(compile('node', `/// <reference types="node" />\n${BUFFER}`)).toEqual({ ok: true, output: '' });
  expect(compile('none', BUFFER)).toEqual({
    ok: false,
    output: expect.stringMatching(/index\.ts\(1,21\): error TS\d+: Cannot find name 'Buffer'/),
  });
  expect(compile('browser', 'export const title = document.title;', ['ES2023', 'DOM']).ok).toBe(true);
  expect(compile('anywhere', 'export const title = document.title;').output).toContain(
    "Cannot find name 'document'",
  );
});

it('does not let what a project adds to a shared type reach the next', () => {
  const added = 'declare global { interface Array<T> { last(): T } }\nexport const last = [1].last();';
  expect(compile('adds', added).ok).toBe(true);
  expect(compile('lacks', 'export const last = [1].last();').output).toContain(
    "Property 'last' does not exist on type 'number[]'",
  );
});
