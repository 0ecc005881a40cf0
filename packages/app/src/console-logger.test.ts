import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createConsoleLogger } from './console-logger.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const lines: [level: string, line: Record<string, unknown>][] = [];

beforeEach(() => {
  lines.length = 0;
  for (const level of LEVELS) {
    vi.spyOn(console, level).mockImplementation((line: string) => {
      lines.push([level, JSON.parse(line) as Record<string, unknown>]);
    });
  }
});
afterEach(() => void vi.restoreAllMocks());

test('writes one line of JSON for each message, to the console of its level', () => {
  const log = createConsoleLogger();
  for (const level of LEVELS) log[level](`a ${level}\nline`);
  expect(lines).toEqual(
    LEVELS.map((level, index) => [
      level,
      { level: 20 + 10 * index, time: expect.any(Number) as number, msg: `a ${level}\nline` },
    ]),
  );
});

test('has fields beside the message, and those of its parents', () => {
  const log = createConsoleLogger({ fields: { app: 'a' } })
    .child({ correlationId: '1' })
    .child({ more: 2 });
  log.info({ path: '/x' }, 'hello');
  log.info({ path: '/y' });
  expect(lines.map(([, line]) => line)).toMatchObject([
    { app: 'a', correlationId: '1', more: 2, path: '/x', msg: 'hello' },
    { app: 'a', correlationId: '1', more: 2, path: '/y' },
  ]);
});

test('shows errors, wherever they are, with what caused them', () => {
  const error = Object.assign(new TypeError('no', { cause: new Error('deeper') }), { code: 'E_NO' });
  createConsoleLogger().error({ err: error, list: [error] }, 'failed');
  const shown = {
    type: 'TypeError',
    message: 'no',
    code: 'E_NO',
    stack: expect.stringContaining('TypeError: no') as string,
    cause: { type: 'Error', message: 'deeper' },
  };
  expect(lines).toMatchObject([['error', { msg: 'failed', err: shown, list: [shown] }]]);
});

test('an error in the place of fields is shown, and says the message', () => {
  createConsoleLogger().error(new RangeError('too far'));
  createConsoleLogger().error(new RangeError('too far'), 'failed');
  expect(lines).toMatchObject([
    ['error', { msg: 'too far', err: { type: 'RangeError', message: 'too far' } }],
    ['error', { msg: 'failed', err: { message: 'too far' } }],
  ]);
});

const circular: Record<string, unknown> = { name: 'x' };
circular['self'] = circular;

test('never throws, whatever it is given', () => {
  const broken = {
    toJSON: () => {
      throw new Error('no JSON');
    },
  };
  const log = createConsoleLogger({ fields: { app: 'a' } });
  log.info({ circular }, 'circular');
  log.info({ big: 10n }, 'big');
  log.info({ broken }, 'broken');
  expect(lines.map(([, { msg }]) => msg)).toEqual(['circular', 'big', 'broken']);
  expect(lines[1]?.[1]).toMatchObject({ big: '10' });
});

test('what can not be written does not keep the rest from being written', () => {
  const cyclic = new AggregateError([], 'cyclic');
  cyclic.errors.push(cyclic);
  createConsoleLogger({ fields: { correlationId: '1' } }).error({ err: cyclic, circular }, 'failed');
  expect(lines[0]?.[1]).toMatchObject({
    correlationId: '1',
    err: { type: 'AggregateError', message: 'cyclic' },
    circular: 'a value of type object',
    msg: 'failed',
  });
});

test('people get the message, and the fields as their console shows them', () => {
  const written: unknown[][] = [];
  const write = (...parts: unknown[]): void => void written.push(parts);
  const target = { debug: write, info: write, warn: write, error: write };
  const log = createConsoleLogger({ target, forPeople: true });
  log.info('hello');
  log.child({ correlationId: '1' }).warn({ path: '/' }, 'slow');
  log.error({ path: '/' });
  expect(written).toEqual([['hello'], ['slow', { correlationId: '1', path: '/' }], [{ path: '/' }]]);
});

test('credentials are not in a line', () => {
  createConsoleLogger({ fields: { apiKey: 'hunter2' } }).info(
    { headers: { Authorization: 'hunter2' } },
    'token=hunter2',
  );
  expect(lines[0]?.[1]).toMatchObject({
    apiKey: '[redacted]',
    headers: { Authorization: '[redacted]' },
    msg: 'token=[redacted]',
  });
});

test('for people, a message has no credentials, and no characters that terminals obey', () => {
  const target = { ...console, warn: vi.fn() };
  createConsoleLogger({ target, forPeople: true }).warn('GET /a\u001b[2J\u009b1m?token=abc failed:\n\tno');
  expect(target.warn.mock.calls).toEqual([
    [String.raw`GET /a\u001b[2J\u009b1m?token=[redacted] failed:` + '\n\tno'],
  ]);
});
