import { startTestServer } from '@blaizejs/testing';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';

import { createServer } from '../../src/create-server.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function capture(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(JSON.parse(String(line)) as Record<string, unknown>);
    return true;
  });
  return lines;
}
const said = (lines: Record<string, unknown>[]) => lines.map(({ msg }) => msg);

test('the level changes while the server runs, for children too, and goes back', () => {
  vi.useFakeTimers();
  const lines = capture();
  const server = createServer({ routesDir: false, logger: { level: 'info' } });
  const child = server.log.child({ part: 'db' });
  child.debug('no');
  server.setLogLevel('debug', { for: 1_000 });
  expect(server.logLevel).toBe('debug');
  child.debug('yes');
  vi.advanceTimersByTime(1_000);
  child.debug('no more');
  expect(server.logLevel).toBe('info');
  expect(said(lines)).toEqual(['The log level is debug now', 'yes', 'The log level is info now']);
  expect(lines[0]).toMatchObject({ level: 40, before: 'info', forMs: 1_000 });
});

test('a level without a time stays, and what is quieter is said before', () => {
  const lines = capture();
  const server = createServer({ routesDir: false, logger: { level: 'info' } });
  server.setLogLevel('silent');
  server.log.error('no');
  server.setLogLevel('error');
  server.log.error('yes');
  expect(said(lines)).toEqual(['The log level is silent now', 'yes']);
});

test('a level or time that is none is refused', () => {
  const server = createServer({ routesDir: false, logger: {} });
  expect(() => server.setLogLevel('verbose' as never)).toThrow(RangeError);
  expect(() => server.setLogLevel('debug', { for: Number.NaN })).toThrow(RangeError);
});

test('the level of a pino instance can be set, that of a logger without levels can not', () => {
  const logger = pino({ level: 'info' }, { write: () => undefined });
  const server = createServer({ routesDir: false, logger });
  server.setLogLevel('debug');
  expect(logger.level).toBe('debug');
  const write = () => undefined;
  const plain = createServer({
    routesDir: false,
    logger: { debug: write, info: write, warn: write, error: write },
  });
  expect(plain.logLevel).toBeUndefined();
  expect(() => plain.setLogLevel('debug')).toThrow(
    expect.objectContaining({ code: 'ERR_BLAIZE_SERVER_STATE' }),
  );
});

test.skipIf(process.platform === 'win32')(
  'SIGURG switches to debug, and back; not after the end',
  async () => {
    const before = process.listenerCount('SIGURG');
    capture();
    const app = await startTestServer({ logger: { level: 'info' }, handleSignals: true });
    process.kill(process.pid, 'SIGURG');
    await vi.waitFor(() => expect(app.server.logLevel).toBe('debug'));
    process.kill(process.pid, 'SIGURG');
    await vi.waitFor(() => expect(app.server.logLevel).toBe('info'));
    await app.close();
    expect(process.listenerCount('SIGURG')).toBe(before);
  },
);

test('fields of the application are on every line; if they fail, the line is written without', () => {
  const lines = capture();
  let id: string | undefined = 'a1';
  const fields = () => {
    if (id === undefined) throw new Error('no trace');
    return { trace_id: id, password: 'hunter2' };
  };
  const server = createServer({ routesDir: false, logger: { fields } });
  server.log.info('one');
  server.log.info({ trace_id: 'own' }, 'two');
  id = undefined;
  server.log.info('three');
  expect(lines).toMatchObject([
    { trace_id: 'a1', password: '[redacted]' },
    { trace_id: 'own' },
    { msg: 'three' },
  ]);
  expect(lines[2]).not.toHaveProperty('trace_id');
});

test('nothing is redacted if the app says so, and more if it names more', () => {
  const lines = capture();
  createServer({ routesDir: false, logger: { redact: false } }).log.info({ password: 'hunter2' });
  createServer({ routesDir: false, logger: { redact: ['iban'] } }).log.info({ IBAN: 'DE1', password: 'x' });
  expect(lines).toMatchObject([{ password: 'hunter2' }, { IBAN: '[redacted]', password: '[redacted]' }]);
});

test('redaction can not be circumvented by what looks harmless first', () => {
  const lines = capture();
  const { log } = createServer({ routesDir: false, logger: {} });
  log.info({ toJSON: () => ({ password: 'hunter2' }) });
  log.info(Object.create({ password: 'hunter2' }) as object, 'x');
  log.info({ name: 'authorization', value: 'hunter2' });
  log.child({ password: 'hunter2' }).info('plain');
  log.child({ a: 1 }).child({ apiKey: 'hunter2' }).info({ b: 1 }, 'plain');
  log.info({
    nested: {
      get x() {
        log.info({ a: 1 }, 'inner');
        return { token: 'hunter2' };
      },
    },
  });
  (log as unknown as pino.Logger).info('password=%s', 'hunter2');
  log.info({ id: 'eyJhbGciOiJIUzI1NiJ9.hunter2.x' });
  log.info(new Error('no', { cause: { password: 'hunter2' } }));
  expect(lines).toHaveLength(10);
  expect(JSON.stringify(lines)).not.toContain('hunter2');
});

test.each([
  [{ level: 'loud' }, 'logger.level'],
  [{ levle: 'info' }, 'logger.levle'],
  [{ file: 3 }, 'logger.file'],
  [{ file: ['a.log', 'a.log'] }, 'each file once'],
  [{ file: { path: 'a.log', keep: 2 } }, 'logger.file.keep'],
  [{ file: { path: 'a.log', maxSize: '10m' } }, 'logger.file.maxSize'],
  [{ redact: true }, 'logger.redact'],
  [{ pretty: 'yes' }, 'logger.pretty'],
  [{ fields: {} }, 'logger.fields'],
])('the options %j are refused', (logger, named) => {
  expect(() => createServer({ routesDir: false, logger: logger as never })).toThrow(named);
});
