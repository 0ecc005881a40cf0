import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

import type { World } from './world.ts';

/** Whether a folder, which may not exist yet, is in a repository; `no-git` if git is not installed. */
export function gitState(folder: string, { env }: World): 'repository' | 'none' | 'no-git' {
  let cwd = folder;
  while (!existsSync(cwd)) cwd = path.dirname(cwd);
  const { error, status } = spawnSync('git', ['rev-parse', '--is-inside-work-tree'], {
    cwd,
    env,
    stdio: 'ignore',
  });
  if (error) return 'no-git';
  return status === 0 ? 'repository' : 'none';
}
