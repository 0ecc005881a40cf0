import path from 'node:path';

import { bundleForNode } from '../../../tooling/test/bundle-for-node.ts';
import { type Folder, makeFolder } from '../../../tooling/test/folder.ts';

const at = (file: string): string => path.join(import.meta.dirname, file);

/** Bundles the primary and the apps of the tests, and what a worker runs. @returns where they are */
export async function bundle(): Promise<Folder> {
  const folder = await makeFolder();
  await bundleFiles(
    folder.path,
    at('children/app.mjs'),
    at('children/metrics-app.mjs'),
    at('children/primary.mjs'),
  );
  return folder;
}

/** Bundles files, and what a worker runs. */
export async function bundleFiles(folder: string, ...entries: string[]): Promise<void> {
  await bundleForNode([...entries, at('../src/worker-main.ts')], folder);
}
