import { fork } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { asPattern } from './expected.ts';
import { type Block, placeOf, readPages } from './pages.ts';
import { writeBlocks } from './write-blocks.ts';

interface Report {
  readonly file: string;
  readonly printed?: string;
  readonly failed?: string;
}

const pages = readPages();
const { files, folderOf } = writeBlocks('examples', pages, ['ts', 'js', 'json', 'html']);
const examples = [...files].filter(([, { marks }]) => marks.has('run'));
const reports = new Map<string, Report>();
let ended: unknown;

beforeAll(async () => {
  const { NODE_ENV: _, VITEST: __, ...rest } = process.env;
  const secret = 'for tests only: 32 bytes or more';
  const env = { ...rest, SESSION_SECRET: secret, FLASH_SECRET: secret };
  const child = fork(
    new URL('run-examples.mjs', import.meta.url),
    examples.map(([file]) => file),
    {
      cwd: folderOf('.'),
      env,
      execArgv: FROM_SOURCE,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  child.on('message', (report: Report) => {
    reports.set(report.file, report);
  });
  child.once('disconnect', () => setTimeout(() => child.kill('SIGKILL'), 5_000).unref());
  ended = await once(child, 'exit');
  // Each has ten seconds of its own; together they take longer the more else runs.
}, 300_000);

test.each(examples.map(([file, block]) => ({ place: placeOf(block), file, block })))(
  '$place prints what it says',
  ({ file, block }) => {
    const report = reports.get(file);
    expect(report?.failed).toBeUndefined();
    expect(report?.printed?.trim()).toMatch(asPattern(expected(block)));
  },
);

test('no example keeps its process alive', () => {
  expect(ended).toEqual([0, null]);
});

/** What stands below an example: the next block, if it is one of text. */
function expected({ next }: Block): string {
  return next?.language === 'text' ? next.code : '';
}
