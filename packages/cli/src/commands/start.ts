import module from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { readBuildManifest } from '../build/manifest.ts';
import { command } from '../command.ts';
import { withDotenv } from '../dotenv.ts';
import { OUTDIR } from './build.ts';

export const start = command(
  'blaize start',
  'Runs the output of blaize build, with NODE_ENV=production',
  { outdir: OUTDIR },
  async ({ outdir }, { cwd }) => {
    const folder = path.resolve(cwd, outdir);
    const { main } = await readBuildManifest(folder);
    const file = path.join(folder, main);
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
