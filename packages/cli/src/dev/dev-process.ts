import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';

import type { ChildReport } from './child-report.ts';

/** A port that a server wanted and somebody else has. */
export type PortTaken = Extract<ChildReport, { event: 'taken' }>;

/** What a server tells of its route files. */
export type RouteFilesReport = Extract<ChildReport, { event: 'routes' | 'misplaced' }>;

/** What a server is started with. */
export interface DevProcessOptions {
  readonly file: string;
  readonly cwd: string;
  readonly nodeArgs: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly output: 'inherit' | 'ignore';
  /** Called when it listens on a port, with the address that it is bound to. */
  readonly onListening: (port: number, host: string) => void;
  /** Called with what it tells of its route files. */
  readonly onRouteFiles: (report: RouteFilesReport) => void;
}

// `.ts` when this runs from source, `.js` when it is built, where all of it lies in one folder.
const EXTENSION = path.extname(import.meta.url);
const PRELOADED = new URL(EXTENSION === '.ts' ? '../dev-child.ts' : './dev-child.js', import.meta.url);

/** A server in a process of its own, which has this one's terminal. */
export class DevProcess {
  /** Its exit code; 128 and more where it was ended by a signal. */
  readonly ended: Promise<number>;
  /** Set where the last that was heard of it is that it did not get its port. */
  taken: PortTaken | undefined;
  readonly #child: ChildProcess;

  constructor({ file, cwd, nodeArgs, env, output, onListening, onRouteFiles }: DevProcessOptions) {
    this.#child = spawn(
      process.execPath,
      [
        ...nodeArgs,
        // The app's own code is watched here: that it changed and needs a new start need not be said twice.
        '--disable-warning=BLAIZE_RESTART',
        '--import',
        PRELOADED.href,
        file,
      ],
      {
        cwd,
        env: { ...env, NODE_ENV: 'development', BLAIZE_DEV: String(process.pid) },
        stdio: ['inherit', output, output, 'ipc'],
      },
    );
    this.#child.on('message', (report: ChildReport) => {
      if (report.event === 'routes' || report.event === 'misplaced') {
        onRouteFiles(report);
        return;
      }
      this.taken = report.event === 'taken' ? report : undefined;
      if (report.event === 'listening') onListening(report.port, report.host);
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) =>
        resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)),
      );
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
