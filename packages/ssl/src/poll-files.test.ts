import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { FilePoll } from './poll-files.ts';

const INTERVAL = 10;

let directory: string;
let calls: number;
let wake: () => void;
let work: () => Promise<void>;
let problems: string[];

beforeEach(async () => {
  directory = await temporaryFolder();
  calls = 0;
  problems = [];
  wake = () => {};
  work = async () => {};
});

afterEach(() => {
  wake = () => {};
});

const at = (name: string): string => join(directory, name);

function poll(...files: string[]): FilePoll {
  const started = new FilePoll({
    files: files.map(at),
    interval: INTERVAL,
    onChange: async () => {
      calls += 1;
      wake();
      await work();
    },
    onProblem: (error) => {
      problems.push((error as Error).message);
      wake();
    },
  });
  onTestFinished(() => started.stop());
  return started;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise<void>((resolve) => (wake = resolve));
}

/** Changes files once the current ones were seen, and waits until that is noticed. */
async function noticed(change: () => Promise<unknown>): Promise<void> {
  await until(() => calls > 0);
  const before = calls;
  await change();
  await until(() => calls > before);
}

test('a file that is written in place, replaced, deleted and recreated', async () => {
  await writeFile(at('a'), '1');
  poll('a');
  await noticed(() => writeFile(at('a'), '2'));
  await writeFile(at('b'), '3');
  await noticed(() => rename(at('b'), at('a')));
  await noticed(() => rm(at('a')));
  await noticed(() => writeFile(at('a'), '4'));
});

test('a replacement with the same size and time', async () => {
  await writeFile(at('a'), '1');
  await utimes(at('a'), 1, 1);
  poll('a');
  await writeFile(at('b'), '2');
  await utimes(at('b'), 1, 1);
  await noticed(() => rename(at('b'), at('a')));
});

test('the link in the path that Kubernetes replaces (..data)', async () => {
  for (const version of ['..1', '..2']) {
    await mkdir(at(version));
    await writeFile(at(`${version}/tls.crt`), version);
  }
  await symlink('..1', at('..data'));
  await symlink('..data/tls.crt', at('tls.crt'));
  poll('tls.crt');
  await noticed(async () => {
    await symlink('..2', at('..data_tmp'));
    await rename(at('..data_tmp'), at('..data'));
    await rm(at('..1'), { recursive: true });
  });
});

test('the link that certbot replaces (live to archive)', async () => {
  await mkdir(at('archive'));
  await mkdir(at('live'));
  await writeFile(at('archive/cert1.pem'), '1');
  await symlink('../archive/cert1.pem', at('live/cert.pem'));
  poll('live/cert.pem');
  await noticed(async () => {
    await writeFile(at('archive/cert2.pem'), '2');
    await rm(at('live/cert.pem'));
    await symlink('../archive/cert2.pem', at('live/cert.pem'));
  });
});

test('without a change, it calls now and then', async () => {
  await writeFile(at('a'), '1');
  poll('a');
  await until(() => calls === 2);
});

test('what fails is tried again, and reported once for each reason', async () => {
  await writeFile(at('a'), '1');
  work = () => Promise.reject(new Error('first reason'));
  poll('a');
  await until(() => problems.length > 0);
  expect(calls).toBe(6);
  await writeFile(at('a'), '2');
  await until(() => calls > 11);
  expect(problems).toEqual(['first reason']);
  work = () => Promise.reject(new Error('second reason'));
  await writeFile(at('a'), '3');
  await until(() => problems.length > 1);
  expect(problems).toEqual(['first reason', 'second reason']);
});

test('what is right after a moment is not reported', async () => {
  await writeFile(at('key'), '1');
  work = () => (calls > 3 ? Promise.resolve() : Promise.reject(new Error('half of it')));
  poll('key', 'cert');
  await until(() => calls > 3);
  await noticed(() => writeFile(at('cert'), '1'));
  expect(problems).toEqual([]);
});

test('after stop(), nothing is called', async () => {
  await writeFile(at('a'), '1');
  const stopped = poll('a');
  await until(() => calls === 1);
  stopped.stop();
  await writeFile(at('a'), '2');
  // A second one shows when the first would have noticed.
  const seen = calls;
  poll('a');
  await until(() => calls === seen + 1);
  expect(calls).toBe(seen + 1);
});
