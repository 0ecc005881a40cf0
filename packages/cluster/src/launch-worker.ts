import cluster, { type Worker } from 'node:cluster';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a process is started with. */
export interface LaunchSettings {
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly balance: 'shared' | 'round-robin';
}

/** Starts a process that waits for its first message. */
export type Launch = (settings: LaunchSettings) => Worker;

// `.ts` if this runs from source; `.js` if it is built, with all files in one folder.
const EXTENSION = path.extname(import.meta.url);
const MAIN = fileURLToPath(new URL(`./worker-main${EXTENSION}`, import.meta.url));

export const launchWorker: Launch = ({ execArgv, env, balance }) => {
  cluster.schedulingPolicy = balance === 'shared' ? cluster.SCHED_NONE : cluster.SCHED_RR;
  cluster.setupPrimary({ exec: MAIN, args: [], execArgv: [...execArgv] });
  return cluster.fork(env);
};
