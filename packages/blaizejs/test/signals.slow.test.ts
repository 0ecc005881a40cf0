import { connect as connectSocket } from 'node:net';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { createClient } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import type { Child } from '../../../tooling/test/child.ts';
import { run } from './child.ts';

const begin = async (cwd: string, scenario: object = {}): Promise<Child> => {
  const child = run('stoppable.ts', { cwd, args: [JSON.stringify(scenario)] });
  await child.says('ready');
  return child;
};
const portOf = async (child: Child, id = 1): Promise<number> => {
  const match = await child.says(new RegExp(`port ${id} (\\d+)\\.`));
  return Number(match[1]);
};
/** The lines of the log at level error. */
const errorsOf = (child: Child): string[] =>
  linesOf(child, /^\{"level":50,/).map((line) => (JSON.parse(line) as { msg: string }).msg);
const linesOf = (child: Child, wanted: RegExp): string[] =>
  child.output.split('\n').filter((line) => wanted.test(line));

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket({ port, host: 'localhost' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

test.each(['SIGINT', 'SIGTERM', 'SIGUSR2'] as const)('%s stops an idle server in order', async (signal) => {
  await using cwd = await makeFolder();
  await using child = await begin(cwd.path);

  child.process.kill(signal);

  expect(await child.ended).toBe(0);
  expect(linesOf(child, /^(stopping|terminate|stopped) /)).toEqual([
    'stopping 1',
    'terminate 1',
    'stopped 1',
  ]);
  expect(child.output).toMatch(/Server stopped/);
});

test.each([
  ['http1', false],
  ['http1', true],
  ['http2', true],
] as const)('a request in flight is answered after SIGTERM: %s, TLS: %s', async (protocol, secure) => {
  await using cwd = await makeFolder();
  await using child = await begin(cwd.path, { http2: secure });
  const port = await portOf(child);
  const ca = secure ? await readFile(path.join(cwd.path, '.blaize/ssl/cert.pem'), 'utf8') : undefined;
  await using client = createClient(`${secure ? 'https' : 'http'}://localhost:${port}`, { protocol, ca });

  const pending = client.request('/waits');
  await child.says('request');
  child.process.kill('SIGTERM');
  await child.says('signal');
  await expect.poll(() => connects(port)).toBe(false);
  child.process.send('go on');

  const response = await pending;
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('done');
  expect(await child.ended).toBe(0);
  expect(linesOf(child, /^(signal|answered|stopping|terminate|stopped)/)).toEqual([
    'signal',
    'answered',
    'stopping 1',
    'terminate 1',
    'stopped 1',
  ]);
});

test('every server of the process stops', async () => {
  await using cwd = await makeFolder();
  await using child = await begin(cwd.path, { servers: 2 });

  child.process.kill('SIGTERM');

  expect(await child.ended).toBe(0);
  for (const id of [1, 2]) {
    expect(linesOf(child, new RegExp(` ${id}$`))).toEqual([
      `stopping ${id}`,
      `terminate ${id}`,
      `stopped ${id}`,
    ]);
  }
});

test('a second signal exits at once', async () => {
  await using cwd = await makeFolder();
  await using child = await begin(cwd.path);
  await using client = createClient(`http://localhost:${await portOf(child)}`, { protocol: 'http1' });

  const cut = expect(client.request('/waits')).rejects.toThrow();
  await child.says('request');
  child.process.kill('SIGTERM');
  await child.says('signal');
  child.process.kill('SIGINT');

  expect(await child.ended).toBe(130);
  expect(child.output).not.toContain('stopped 1');
  await cut;
});

test('an immediate repetition of a signal is an echo of the package manager, and is ignored', async () => {
  await using cwd = await makeFolder();
  await using child = await begin(cwd.path);
  await using client = createClient(`http://localhost:${await portOf(child)}`, { protocol: 'http1' });

  const answer = client.request('/waits');
  await child.says('request');
  child.process.kill('SIGINT');
  child.process.kill('SIGINT');
  await child.says('signal');
  child.process.send('go on');

  expect(await (await answer).text()).toBe('done');
  expect(await child.ended).toBe(0);
});

test('a plugin that hangs is named, and abandoned within the timeout', async () => {
  await using cwd = await makeFolder();
  await using child = await begin(cwd.path, { hangs: true, timeout: 600 });

  child.process.kill('SIGTERM');

  expect(await child.ended).toBe(1);
  expect(errorsOf(child)).toEqual([
    expect.stringMatching(/^Plugin "odd" did not finish terminate within \d+ ms; it was left behind\.$/),
  ]);
  expect(linesOf(child, /^(terminate|stopped) /)).toEqual(['terminate 1', 'stopped 1']);
});

test('a plugin that throws is named, and the others still stop', async () => {
  await using cwd = await makeFolder();
  await using child = await begin(cwd.path, { throws: true });

  child.process.kill('SIGTERM');

  expect(await child.ended).toBe(1);
  expect(errorsOf(child)).toEqual(['Plugin "odd" failed in terminate: no way to stop']);
  expect(linesOf(child, /^(terminate|stopped) /)).toEqual(['terminate 1', 'stopped 1']);
});

test('a request that never ends is cut off at the timeout, and the exit code is 1', async () => {
  await using cwd = await makeFolder();
  await using child = await begin(cwd.path, { timeout: 400 });
  await using client = createClient(`http://localhost:${await portOf(child)}`, { protocol: 'http1' });

  const cut = expect(client.request('/waits')).rejects.toThrow();
  await child.says('request');
  child.process.kill('SIGTERM');

  expect(await child.ended).toBe(1);
  expect(child.output).toMatch(/still in flight after 400 ms/);
  await cut;
});
