import { expect, test, vi } from 'vitest';

import { realWorld } from './world.ts';

test('is this process, and asks nobody where CI is set', () => {
  vi.stubEnv('CI', 'true');
  expect(realWorld()).toMatchObject({ cwd: process.cwd(), env: process.env });
  expect(realWorld().terminal).toBeFalsy();
  vi.unstubAllEnvs();
});

test('says on standard error, and prints to standard output', () => {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const world = realWorld();
  world.print('asked for');
  world.say('meanwhile');
  expect([out.mock.calls, err.mock.calls]).toEqual([[['asked for\n']], [['meanwhile\n']]]);
  vi.restoreAllMocks();
});

test('hears of signals until it is told not to', () => {
  const heard: string[] = [];
  const before = process.listenerCount('SIGINT');
  const off = realWorld().onSignal((signal) => heard.push(signal));
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGTERM', 'SIGTERM');
  off();
  expect(heard).toEqual(['SIGINT', 'SIGTERM']);
  expect(process.listenerCount('SIGINT')).toBe(before);
});
