import { expect, test } from 'vitest';

import { specifiersOf } from './entry-imports.ts';

test.each([
  [`import './a.ts'`, ['./a.ts']],
  [`import a from "./a.ts";import * as b from './b.ts'`, ['./a.ts', './b.ts']],
  [`import {\n  a,\n  type B,\n} from './a.ts'`, ['./a.ts']],
  [`export * from './a.ts'; export { b } from './b.ts'`, ['./a.ts', './b.ts']],
  [
    `const a = await import('./a.ts'), b = import("./b.json", { with: { type: 'json' } })`,
    ['./a.ts', './b.json'],
  ],
  [`import type { A } from './a.ts'; export type { B } from './b.ts'`, []],
  [`export const a = 'no import'; const b = from('./x.ts')`, []],
  ['const name = `./${x}.ts`; import(name)', []],
])('%s', (source, expected) => {
  expect(specifiersOf(source)).toEqual(expected);
});
