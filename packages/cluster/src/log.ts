import type { ClusterOptions } from './options.ts';

/** Writes a line of the primary. */
export type Log = (level: 'info' | 'warn' | 'error', message: string) => void;

// The numbers of pino.
const LEVELS = { info: 30, warn: 40, error: 50 };

export function createLog(logger: ClusterOptions['logger']): Log {
  if (logger === false) return () => undefined;
  if (logger) return (level, message) => logger[level](message);
  return (level, msg) => {
    const { isTTY } = process.stderr;
    const line = { level: LEVELS[level], time: Date.now(), pid: process.pid, name: 'cluster', msg };
    process.stderr.write(isTTY ? `cluster: ${msg}\n` : `${JSON.stringify(line)}\n`);
  };
}
