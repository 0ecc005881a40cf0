import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import type { Folder } from '../../../tooling/test/folder.ts';
import { bundle } from './bundle.ts';
import { ask, startLoad } from './load.ts';
import { isAlive, Primary } from './run-primary.ts';

let primary: Primary | undefined;
let bundled: Folder;

vi.setConfig({ testTimeout: 60_000 });

beforeAll(async () => {
  bundled = await bundle();
}, 60_000);

afterAll(async () => {
  vi.resetConfig();
  await bundled[Symbol.asyncDispose]();
});

afterEach(async () => {
  await primary?.end();
  primary = undefined;
});

async function started(
  options: Parameters<typeof Primary.start>[1] = {},
  version?: string,
): Promise<Primary> {
  primary = await Primary.start(bundled.path, options, version);
  await primary.hear('started');
  return primary;
}

async function noneIsAlive({ pids }: Primary): Promise<void> {
  await expect.poll(() => [...pids].filter(isAlive)).toEqual([]);
}

/** Starts requests that are answered when `go` is written. @returns them, when all are in flight */
async function hold(running: Primary, count: number): Promise<Promise<{ version: string }>[]> {
  const answers: Promise<{ version: string }>[] = [];
  for (let i = 0; i < count; i++) {
    const from = running.messages.length;
    answers.push(ask(running.port, '/held'));
    await running.hear('held', from);
  }
  return answers;
}

test('requests that are in flight when the primary is killed are answered; then the workers exit', async () => {
  const running = await started();
  const answers = await hold(running, 6);
  running.child.kill('SIGKILL');
  await once(running.child, 'exit');
  await writeFile(path.join(running.folder, 'go'), '');
  for (const { version } of await Promise.all(answers)) expect(version).toBe('1');
  await noneIsAlive(running);
});

test('requests that are in flight at a SIGTERM are answered; then everything ends', async () => {
  const running = await started();
  const answers = await hold(running, 6);
  running.child.kill('SIGTERM');
  await expect.poll(() => running.stderr).toContain('SIGTERM: the workers drain and end');
  await writeFile(path.join(running.folder, 'go'), '');
  for (const { version } of await Promise.all(answers)) expect(version).toBe('1');
  const [code] =
    running.child.exitCode === null ? await once(running.child, 'exit') : [running.child.exitCode];
  expect(code).toBe(0);
  await noneIsAlive(running);
});

test('a second SIGTERM ends everything at once, also requests in flight', async () => {
  const running = await started();
  const answers = await hold(running, 2);
  const cut = answers.map((answer) => expect(answer).rejects.toThrow());
  const exited = once(running.child, 'exit');
  running.child.kill('SIGTERM');
  await expect.poll(() => running.stderr).toContain('SIGTERM: the workers drain and end');
  // A second one that follows at once is the echo of a process group, and counts as the same.
  const again = setInterval(() => running.child.kill('SIGTERM'), 100);
  const [code] = (await exited) as [number];
  clearInterval(again);
  expect(code).toBe(143);
  await Promise.all(cut);
  await noneIsAlive(running);
});

test('SIGTERM in the middle of a reload under load: what was accepted is answered', async () => {
  const running = await started();
  const answers = await hold(running, 4);
  const load = startLoad(running.port, 1, 'until refused');
  await running.write('2');
  const from = running.messages.length;
  running.child.send('reload');
  await running.hear('fork', from);
  const exited = once(running.child, 'exit');
  running.child.kill('SIGTERM');
  await writeFile(path.join(running.folder, 'go'), '');
  expect((await exited)[0]).toBe(0);
  for (const { version } of await Promise.all(answers)) expect(version).toBe('1');
  await load.stop();
  expect(load.failures).toEqual([]);
  await noneIsAlive(running);
});

test('SIGTERM in the middle of a reload ends everything in order', async () => {
  const running = await started();
  await running.write('hangs');
  const from = running.messages.length;
  running.child.send('reload');
  await running.hear('fork', from);
  running.child.kill('SIGTERM');
  const [code] = (await once(running.child, 'exit')) as [number];
  expect(code).toBe(0);
  await expect.poll(() => [...running.pids].filter(isAlive)).toEqual([]);
});

test('a worker that does not end is killed', async () => {
  const running = await started({ stopTimeout: 1000 });
  const [first] = (await running.ask('workers', 'workers')).workers ?? [];
  process.kill(first?.pid ?? 0, 'SIGSTOP');
  await running.ask('reload', 'reloaded');
  expect(isAlive(first?.pid ?? 0)).toBe(false);
});

test('no worker survives a primary that is killed', async () => {
  const running = await started({ stopTimeout: 4000 });
  const socket = connect(running.port, '127.0.0.1');
  await once(socket, 'connect');
  running.child.kill('SIGKILL');
  await once(running.child, 'exit');
  await expect.poll(() => [...running.pids].filter(isAlive), { timeout: 8000 }).toEqual([]);
  socket.destroy();
});

test('a worker with a plain server is replaced, and ends with its primary', async () => {
  const running = await started({}, 'plain');
  const version = async (): Promise<string> =>
    ((await (await fetch(`http://127.0.0.1:${running.port}`)).json()) as { version: string }).version;
  expect(await version()).toBe('plain');
  await running.ask('reload', 'reloaded');
  expect(await version()).toBe('plain');
  running.child.kill('SIGKILL');
  await once(running.child, 'exit');
  await noneIsAlive(running);
});

test('several servers of a worker are replaced together; if one cannot listen, none is', async () => {
  const running = await started({}, 'two 1');
  const versions = async (): Promise<readonly string[]> => {
    const second = await fetch(`http://127.0.0.1:${running.secondPort}`);
    return [(await ask(running.port)).version, ((await second.json()) as { version: string }).version];
  };
  expect(await versions()).toEqual(['two 1', 'two 1']);
  await running.write('two 2');
  await running.ask('reload', 'reloaded');
  expect(await versions()).toEqual(['two 2', 'two 2']);

  await running.write('two 3');
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  await writeFile(path.join(running.folder, 'second-port'), String(port));
  const { message } = await running.ask('reload', 'reload failed');
  expect(message).toContain(`${port}`);
  expect(await versions()).toEqual(['two 2', 'two 2']);
  expect([...running.pids].filter(isAlive)).toHaveLength(2);
  taken.close();
});
