/** Advice for an error about a system limit on watched files; undefined for any other error. */
export function adviceForWatchLimit(error: unknown, platform = process.platform): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EMFILE') return undefined;
  const [limit, raise] =
    code === 'ENOSPC'
      ? ['watched files', 'sudo sysctl fs.inotify.max_user_watches=524288']
      : platform === 'linux'
        ? ['watchers or open files', 'sudo sysctl fs.inotify.max_user_instances=1024, or ulimit -n 65536']
        : ['open files', 'ulimit -n 65536'];
  return (
    `Some files can't be watched (${code}): this system's limit on ${limit} is reached. ` +
    `Raise it (${raise}), or set CHOKIDAR_USEPOLLING=1. Until then, restart after a change.`
  );
}
