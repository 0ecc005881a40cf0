import module from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { readBuildManifest } from '../build/manifest.ts';
import { UsageError } from '../cli-error.ts';
import { command } from '../command.ts';
import { controlSocket } from '../control-socket.ts';
import { withDotenv } from '../dotenv.ts';
import { OUTDIR } from './build.ts';

const ARGS = {
  outdir: OUTDIR,
  workers: {
    type: 'string',
    description:
      'Runs it in that many processes, which blaize reload replaces; auto: as many as there are cores',
    valueHint: 'auto|number',
  },
} as const;

export const start = command(
  'blaize start',
  'Runs the output of blaize build, with NODE_ENV=production',
  ARGS,
  async ({ outdir, workers }, { cwd }) => {
    const folder = path.resolve(cwd, outdir);
    const size = workers === undefined ? undefined : toSize(workers);
    const { main } = await readBuildManifest(folder);
    const file = path.join(folder, main);
    if (size !== undefined) return startCluster(cwd, file, size);
    // From here on, this process is the server, with its signals, exit code and memory.
    process.env.NODE_ENV = 'production';
    Object.assign(process.env, withDotenv(cwd, process.env, 'production'));
    process.setSourceMapsEnabled(true);
    // Available from Node 22.1 on. Later starts compile nothing, and are a tenth faster.
    (module as { enableCompileCache?: () => void }).enableCompileCache?.();
    process.argv = [process.execPath, file];
    await import(pathToFileURL(file).href);
    return undefined;
  },
);

/** From here on, this process is the primary. */
async function startCluster(cwd: string, entry: string, workers: number | 'auto'): Promise<undefined> {
  const { createCluster } = await import('@blaizejs/cluster');
  const cluster = createCluster({
    entry,
    workers,
    execArgv: [...process.execArgv, '--enable-source-maps'],
    // Read for each worker, so that a reload takes what has changed in the files.
    env: () => ({ ...withDotenv(cwd, process.env, 'production'), NODE_ENV: 'production' }),
    control: controlSocket(cwd),
  });
  await cluster.start();
  return undefined;
}

function toSize(given: string): number | 'auto' {
  if (given === 'auto') return given;
  const size = /^\d{1,4}$/.test(given) ? Number(given) : 0;
  if (size < 1 || size > 1024) {
    throw new UsageError(`--workers ${given}: expected auto, or a whole number from 1 to 1024.`);
  }
  return size;
}
