import { expect, test } from 'vitest';

import { readable } from './readable.ts';

const time = new Date(2026, 0, 2, 3, 4, 5).getTime();

test('a line for people has the time, the level and the message', () => {
  expect(readable(JSON.stringify({ level: 30, time, msg: 'Server running' }))).toBe(
    '03:04:05 INFO  Server running\n',
  );
});

test('other fields and the stack of an error follow', () => {
  const line = JSON.stringify({
    level: 50,
    time,
    msg: 'failed',
    path: '/x',
    err: { message: 'm', stack: 'Error: m\n  at f' },
  });
  expect(readable(line)).toBe('03:04:05 ERROR failed {"path":"/x"}\nError: m\n  at f\n');
});

test('an error whose message is also the logged message appears once', () => {
  const err = { stack: 'Error: it failed\n  at f' };
  expect(readable(JSON.stringify({ level: 50, time, msg: 'it failed', err }))).toBe(
    '03:04:05 ERROR Error: it failed\n  at f\n',
  );
  expect(readable(JSON.stringify({ level: 50, time, msg: 'it failed', path: '/x', err }))).toBe(
    '03:04:05 ERROR {"path":"/x"}\nError: it failed\n  at f\n',
  );
});

test('a line with an unknown level and no message is shown unchanged', () => {
  expect(readable(JSON.stringify({ level: 35, time, a: 1 }))).toBe('03:04:05 35    {"a":1}\n');
});

test('input of clients makes no line of its own, and no control characters reach a terminal', () => {
  const forged = '03:04:05 INFO  forged';
  const shown = readable(
    JSON.stringify({
      level: 30,
      time,
      msg: `a\n${forged}\u001b[2J\u009b\r`,
      path: `\u009b2J\u202e\n${forged}`,
      err: { stack: `Error: x\n${forged}\r\n${forged}\n    at f` },
    }),
  );
  expect(shown.split('\n').filter((line) => line.startsWith('03'))).toHaveLength(1);
  expect(shown).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  expect(readable(JSON.stringify({ level: 30, time, msg: '', err: { stack: forged } }))).not.toContain(
    `\n${forged}`,
  );
});

test('a message that is no text is shown as JSON', () => {
  expect(readable(JSON.stringify({ level: 30, time, msg: { a: 1 } }))).toBe('03:04:05 INFO  {"a":1}\n');
});
