import { createHash } from 'node:crypto';
import path from 'node:path';

/** Through which `blaize reload` reaches the `blaize start` of the same folder. */
export function controlSocket(cwd: string): string {
  if (process.platform !== 'win32') return path.join(cwd, '.blaize', 'start.sock');
  const name = createHash('sha256').update(cwd).digest('hex').slice(0, 32);
  return `\\\\.\\pipe\\blaize-${name}`;
}
