import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startTestServer } from '@blaizejs/testing';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';

import { createServer } from '../../src/create-server.ts';
import { createDefaultLog } from '../../src/default-logger.ts';
import { DEFAULT_LOG_SETTINGS, type LogFile } from '../../src/logs/log-options.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'blaize-logs-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function linesOf(name: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(path.join(folder, name), 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function logTo(file: Partial<LogFile> & { path: string }) {
  return createDefaultLog(true, {
    ...DEFAULT_LOG_SETTINGS,
    file: [{ level: undefined, maxSize: undefined, every: undefined, keep: undefined, ...file }],
  });
}

test.each(['http1', 'http2'] as const)(
  'every line below a request has its correlation id, and none has credentials, over %s',
  async (protocol) => {
    const app = await startTestServer({
      logger: { level: 'debug', file: path.join(folder, 'deep', 'app.log') },
    });
    const { router, log } = app.server;
    router.addRoute('GET', '/', {
      handler: async (ctx) => {
        ctx.log.info({ headers: Object.fromEntries(ctx.request.headers) }, 'of the context');
        await Promise.resolve();
        log.info({ url: ctx.request.url.href }, 'of the server');
        log.child({ part: 'db' }).debug('of a part\n{"level":60,"msg":"forged"}\u2028\u009b2J');
        throw new Error('failed', {
          cause: Object.assign(new Error('axios'), { config: { headers: { Authorization: 'hunter2' } } }),
        });
      },
    });
    await app[protocol].request('/?access_token=hunter2&a=1', {
      headers: { 'x-correlation-id': 'req-1', authorization: 'Basic hunter2=', cookie: 'a=hunter2' },
    });
    log.info('outside');
    await app.close();
    const lines = await linesOf('deep/app.log');
    const below = lines.filter(({ correlationId }) => correlationId === 'req-1');
    expect(below.map(({ msg }) => msg)).toEqual([
      'of the context',
      'of the server',
      'of a part\n{"level":60,"msg":"forged"}\u2028\u009b2J',
      'failed',
    ]);
    expect(below[0]).toMatchObject({ headers: { authorization: '[redacted]', cookie: '[redacted]' } });
    expect(below[1]?.['url']).toMatch(/\?access_token=\[redacted]&a=1$/);
    expect(below[3]).toMatchObject({ err: { message: expect.stringContaining('failed') as string } });
    const text = await readFile(path.join(folder, 'deep/app.log'), 'utf8');
    expect(text).not.toContain('hunter2');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028]/u);
    // Each line has the id once.
    expect(text.match(/"correlationId":"req-1"/g)).toHaveLength(4);
    expect(lines.find(({ msg }) => msg === 'outside')).not.toHaveProperty('correlationId');
    expect(lines.at(-1)?.['msg']).toMatch(/^Server stopped/);
  },
);

test('a file that can not be opened fails the start with a clear error', async () => {
  await writeFile(path.join(folder, 'file'), '');
  for (const more of [{}, { maxSize: 10 }]) {
    const file = { path: path.join(folder, 'file', 'app.log'), ...more };
    const server = createServer({
      routesDir: false,
      tls: false,
      http2: { enabled: false },
      logger: { file },
    });
    await expect(server.listen(0)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_LOG_FILE',
      message: expect.stringMatching(/^The log file .*app\.log can't be opened: E\w+/) as string,
    });
    expect(server.state).toBe('closed');
  }
});

test('lines from before the start are in the file, and those from after the end', async () => {
  const log = logTo({ path: path.join(folder, 'app.log') });
  log.logger.info('before');
  await log.open();
  await log.open();
  log.logger.info('between');
  log.close();
  log.logger.info('after');
  log.close();
  expect((await linesOf('app.log')).map(({ msg }) => msg)).toEqual(['before', 'between', 'after']);
});

test('goes on in a new file when logrotate moves the old one away', async () => {
  const now = vi.spyOn(Date, 'now');
  let time = 1_000_000;
  now.mockImplementation(() => time);
  const log = logTo({ path: path.join(folder, 'app.log') });
  await log.open();
  log.logger.info('one');
  await rename(path.join(folder, 'app.log'), path.join(folder, 'app.log.1'));
  time += 1_001;
  log.logger.info('two');
  log.close();
  expect(await linesOf('app.log.1')).toMatchObject([{ msg: 'one' }]);
  expect(await linesOf('app.log')).toMatchObject([{ msg: 'two' }]);
});

test('begins new files by size, and keeps as many as it may', async () => {
  const log = logTo({ path: path.join(folder, 'app.log'), maxSize: 300, keep: 3 });
  await log.open();
  for (let number = 0; number < 40; number += 1) {
    log.logger.info({ number }, 'x'.repeat(60));
    await new Promise(setImmediate);
  }
  await vi.waitFor(async () => expect(await readdir(folder)).toHaveLength(3));
  log.close();
  const names = (await readdir(folder)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const numbers: unknown[] = [];
  for (const name of names) for (const { number } of await linesOf(name)) numbers.push(number);
  // The last ones, with no gap.
  expect(numbers.at(-1)).toBe(39);
  expect(numbers).toEqual(Array.from(numbers, (_, index) => 40 - numbers.length + index));
});

test('a file by day has the day in its name', async () => {
  const log = logTo({ path: path.join(folder, 'app.log'), every: 'day' });
  await log.open();
  log.logger.info('today');
  log.close();
  expect(await readdir(folder)).toEqual([expect.stringMatching(/^app\.\d{4}-\d\d-\d\d\.1\.log$/)]);
});

test('begins a new file at midnight, and loses no line', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.setSystemTime(new Date(2026, 0, 30, 23, 59, 59, 900));
  const log = logTo({ path: path.join(folder, 'app.log'), every: 'day' });
  await log.open();
  // Its timer ends in a tenth of a second.
  vi.setSystemTime(new Date(2026, 0, 31, 0, 0, 0, 1));
  let written = 0;
  await vi.waitFor(async () => {
    log.logger.info({ number: (written += 1) }, 'hello');
    expect(await linesOf('app.2026-01-31.1.log')).not.toEqual([]);
  });
  log.close();
  const lines = [...(await linesOf('app.2026-01-30.1.log')), ...(await linesOf('app.2026-01-31.1.log'))];
  expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: written }, (_, index) => index + 1));
});

test('several files, each from its level on', async () => {
  const all = { path: path.join(folder, 'all.log') };
  const errors = { path: path.join(folder, 'errors.log'), level: 'error' } as const;
  const server = createServer({ routesDir: false, logger: { level: 'debug', file: [all, errors] } });
  await server.fetch(new Request('http://x/'));
  server.log.debug('fine');
  server.log.error('bad');
  await server.close();
  expect((await linesOf('errors.log')).map(({ msg }) => msg)).toEqual(['bad']);
  expect((await linesOf('all.log')).map(({ msg }) => msg)).toEqual(expect.arrayContaining(['fine', 'bad']));
});

test.runIf(process.platform === 'linux')('a full disk is told once, and ends nothing', async () => {
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const log = logTo({ path: '/dev/full' });
  await log.open();
  for (let number = 0; number < 10; number += 1) {
    log.logger.info('x');
    await new Promise(setImmediate);
  }
  log.close();
  await new Promise(setImmediate);
  expect(told.mock.calls.map(([text]) => text)).toEqual([
    expect.stringMatching(/^The log can't be written to \/dev\/full: ENOSPC/),
  ]);
});
