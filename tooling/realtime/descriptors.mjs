import { spawnSync } from 'node:child_process';

/**
 * Node raises its own limit for open files as far as it may. This throws if that is not far enough.
 *
 * @param {number} connections that one process is to open
 */
export function assertDescriptors(connections) {
  const { status, stdout } = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' });
  const limit = stdout.trim();
  if (status !== 0 || limit === 'unlimited' || Number(limit) > connections + 200) return;
  throw new Error(
    `A process may open ${limit} files here, too few for ${connections} connections. Raise the limit (\`ulimit -Hn\`), or pass --connections.`,
  );
}
