/** The primary of a cluster. `process.argv`: the options as JSON. Reloads when it is told. */
import { createCluster, type ClusterOptions } from '@blaizejs/cluster';

const cluster = createCluster(JSON.parse(process.argv[2] ?? '') as ClusterOptions);
const say = (event: string): void => {
  process.send?.({ event, pids: cluster.workers.map(({ pid }) => pid) });
};
process.on('message', () => {
  cluster.reload().then(
    () => say('reloaded'),
    (error: unknown) => say(String(error)),
  );
});
await cluster.start();
say('started');
