/** A cluster in a process of its own. Bundled, with its worker beside it. */
import { type Cluster, createCluster } from '../../packages/cluster/src/index.ts';
import { answerParent, tellParent } from '../soak/processes.mjs';

let cluster: Cluster | undefined;

answerParent({
  start: async (options: { workers: number; args: readonly string[] }) => {
    cluster = createCluster({
      ...options,
      entry: new URL('worker.mjs', import.meta.url),
      handleSignals: false,
      logger: false,
    });
    cluster.on('fork', ({ pid }) => tellParent('fork', pid));
    await cluster.start();
  },
  workers: () => cluster?.workers,
  close: () => cluster?.close(),
});
