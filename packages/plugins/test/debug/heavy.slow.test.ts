import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { afterEach, expect, test, vi } from 'vitest';

import { FROM_SOURCE } from '../../../../tooling/from-source.mjs';
import { temporaryFolder } from '../../../../tooling/test/folder.ts';
import { startDebugging } from './serve.ts';

const PATIENCE = { timeout: 120_000 };

afterEach(() => void vi.unstubAllEnvs());

async function takeSnapshot(url: string): Promise<IncomingMessage> {
  const asked = request(`${url}/heap-snapshot`, { method: 'POST', agent: false }).end();
  asked.on('error', () => undefined);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
}

test(
  'a heap snapshot comes from a file: its text does not wait in memory for a slow client',
  PATIENCE,
  async () => {
    // Other processes take snapshots, too.
    const folder = await temporaryFolder();
    vi.stubEnv('TMPDIR', folder);
    await using debugged = await startDebugging();
    const ballast = Array.from({ length: 100_000 }, (_, i) => ({ i }));
    const before = process.memoryUsage().arrayBuffers;
    const response = await takeSnapshot(debugged.url);
    expect(response.statusCode).toBe(200);
    // Nobody reads.
    await setTimeout(200);
    const held = process.memoryUsage().arrayBuffers - before;
    expect((await debugged.ask('POST', '/heap-snapshot')).status).toBe(409);
    let length = 0;
    let last = '';
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (length === 0) expect(chunk.toString('latin1', 0, 12)).toBe('{"snapshot":');
      length += chunk.length;
      last = chunk.toString('latin1');
    }
    expect(last.trimEnd().endsWith('}')).toBe(true);
    expect(ballast.length).toBe(100_000);
    expect(held).toBeLessThan(length / 2);
    // Its file is closed a moment after the client has all of it.
    const next = async (): Promise<number> =>
      (await debugged.ask('POST', '/heap-profile?seconds=0.01')).status;
    await expect.poll(next).toBe(200);
    expect(await readdir(folder)).toEqual([]);
  },
);

test('a client that leaves in the middle of a snapshot frees the way for the next', PATIENCE, async () => {
  await using debugged = await startDebugging();
  const response = await takeSnapshot(debugged.url);
  await once(response, 'readable');
  response.destroy();
  const next = async (): Promise<number> => (await debugged.ask('POST', '/heap-profile?seconds=0.01')).status;
  await expect.poll(next).toBe(200);
});

test('a process that runs out of memory leaves a report behind', PATIENCE, async () => {
  const directory = join(await temporaryFolder(), 'reports');
  const child = fork(new URL('run-out-of-memory.ts', import.meta.url), [directory], {
    execArgv: ['--max-old-space-size=120', ...FROM_SOURCE],
    stdio: 'ignore',
  });
  await once(child, 'exit');
  const [name = ''] = await readdir(directory);
  const report = JSON.parse(await readFile(join(directory, name), 'utf8')) as {
    header: { event: string };
  };
  expect(report.header.event).toContain('heap');
});
