import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';

import type { ChildReport } from './child-report.ts';

/** A port that a server wanted, but another process has. */
export type PortTaken = Extract<ChildReport, { event: 'taken' }>;

/** What a server reports about its route files. */
export type RouteFilesReport = Extract<ChildReport, { event: 'routes' | 'misplaced' }>;

/** The options of a {@link DevProcess}. */
export interface DevProcessOptions {
  readonly file: string;
  readonly cwd: string;
  readonly nodeArgs: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly output: 'inherit' | 'ignore';
  /** Called when the server listens on a port, with the address that it is bound to. */
  readonly onListening: (port: number, host: string) => void;
  /** Called with each report about route files. */
  readonly onRouteFiles: (report: RouteFilesReport) => void;
}

// `.ts` if this runs from source; `.js` if it is built, with all files in one folder.
const EXTENSION = path.extname(import.meta.url);
const PRELOADED = new URL(EXTENSION === '.ts' ? '../dev-child.ts' : './dev-child.js', import.meta.url);

/** A server in a child process, which shares this one's terminal. */
export class DevProcess {
  /** Its exit code; 128 plus the signal's number if a signal ended it. */
  readonly ended: Promise<number>;
  /** Set if its latest report is that its port is taken. */
  taken: PortTaken | undefined;
  /** Whether it has ever listened on a port. */
  listened = false;
  readonly #child: ChildProcess;

  constructor({ file, cwd, nodeArgs, env, output, onListening, onRouteFiles }: DevProcessOptions) {
    this.#child = spawn(
      process.execPath,
      [
        ...nodeArgs,
        // This process watches the app's code itself, so the server need not ask for a restart.
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
      if (report.event !== 'listening') return;
      this.listened = true;
      onListening(report.port, report.host);
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
