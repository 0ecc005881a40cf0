import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';

import { openControl, requestReload } from './control.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'blaize-control-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function open(reload: () => Promise<void>): Promise<string> {
  const socket = path.join(folder, 'control.sock');
  const server = await openControl(socket, reload);
  onTestFinished(() => void server.close());
  return socket;
}

/** A server in place of a cluster. */
async function standIn(answer: string): Promise<string> {
  const socket = path.join(folder, 'other.sock');
  const server: Server = createServer((client) => client.end(answer)).listen(socket);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return socket;
}

test('a request resolves when the reload is done, and rejects with its reason', async () => {
  const outcomes = [Promise.resolve(), Promise.reject(new Error('It is broken'))];
  outcomes[1]?.catch(() => undefined);
  const socket = await open(() => outcomes.shift()!);
  await requestReload(socket);
  await expect(requestReload(socket)).rejects.toMatchObject({
    code: 'ERR_BLAIZE_CLUSTER',
    message: 'It is broken',
  });
});

test('only the same user may connect, and a file that a killed cluster left behind is replaced', async () => {
  await writeFile(path.join(folder, 'control.sock'), '');
  const socket = await open(() => Promise.resolve());
  expect((await stat(socket)).mode & 0o777).toBe(0o600);
  await requestReload(socket);
});

test('a second cluster does not take the socket of the first', async () => {
  const socket = await open(() => Promise.resolve());
  await expect(openControl(socket, () => Promise.resolve())).rejects.toThrow('Another cluster has');
  await requestReload(socket);
});

test.each(['reload\nreload\n', 'restart\n', 'GET / HTTP/1.1\r\n'])(
  'whoever sends %j is disconnected, and nothing reloads',
  async (text) => {
    let count = 0;
    const socket = await open(() => {
      count += 1;
      return Promise.resolve();
    });
    const client = connect(socket);
    client.on('error', () => undefined).end(text);
    await once(client.resume(), 'close');
    expect(count).toBe(0);
  },
);

test('without a cluster, the error says how to start one', async () => {
  await expect(requestReload(path.join(folder, 'control.sock'))).rejects.toThrow(
    'Start one with blaize start --workers auto.',
  );
  await expect(requestReload(path.join(folder, 'x'.repeat(200)))).rejects.toThrow(
    /can't be reached|No cluster/,
  );
});

test('a cluster that ends during its reload is an error', async () => {
  await expect(requestReload(await standIn(''))).rejects.toThrow('The cluster ended before its reload did.');
});
