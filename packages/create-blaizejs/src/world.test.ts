import { expect, test, vi } from 'vitest';

import { realWorld } from './world.ts';

test('is this process, without a terminal if CI is set', () => {
  vi.stubEnv('CI', 'true');
  expect(realWorld()).toMatchObject({ cwd: process.cwd(), env: process.env });
  expect(realWorld().terminal).toBeFalsy();
  vi.unstubAllEnvs();
});

test('say() writes to standard error, print() to standard output', () => {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const world = realWorld();
  world.print('asked for');
  world.say('meanwhile');
  expect([out.mock.calls, err.mock.calls]).toEqual([[['asked for\n']], [['meanwhile\n']]]);
  vi.restoreAllMocks();
});

test('listens for signals until it is unsubscribed', () => {
  const heard: string[] = [];
  const before = process.listenerCount('SIGINT');
  const off = realWorld().onSignal((signal) => heard.push(signal));
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGTERM', 'SIGTERM');
  off();
  expect(heard).toEqual(['SIGINT', 'SIGTERM']);
  expect(process.listenerCount('SIGINT')).toBe(before);
});
