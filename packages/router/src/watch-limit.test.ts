import { expect, test } from 'vitest';

import { adviceForWatchLimit } from './watch-limit.ts';

const error = (code: string): Error => Object.assign(new Error('watch'), { code });

test.each([
  ['ENOSPC', 'linux', 'fs.inotify.max_user_watches'],
  ['EMFILE', 'linux', 'fs.inotify.max_user_instances'],
  ['EMFILE', 'darwin', 'ulimit -n'],
] as const)('%s on %s says which limit to raise, in one line', (code, platform, limit) => {
  const advice = adviceForWatchLimit(error(code), platform);
  expect(advice).toContain(code);
  expect(advice).toContain(limit);
  expect(advice).toContain('CHOKIDAR_USEPOLLING=1');
  expect(advice).not.toContain('\n');
});

test('there is no advice for other errors', () => {
  expect(adviceForWatchLimit(error('EACCES'))).toBeUndefined();
  expect(adviceForWatchLimit(new Error('else'))).toBeUndefined();
});
