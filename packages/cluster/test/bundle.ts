import path from 'node:path';

import { bundleForNode } from '../../../tooling/test/bundle-for-node.ts';

const at = (file: string): string => path.join(import.meta.dirname, file);

/** Bundles the primary and the apps of the tests, and what a worker runs. */
export async function bundle(folder: string): Promise<void> {
  await bundleFiles(
    folder,
    at('children/app.mjs'),
    at('children/metrics-app.mjs'),
    at('children/primary.mjs'),
  );
}

/** Bundles files, and what a worker runs. */
export async function bundleFiles(folder: string, ...entries: string[]): Promise<void> {
  await bundleForNode([...entries, at('../src/worker-main.ts')], folder);
}
