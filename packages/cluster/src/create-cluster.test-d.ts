import { createCluster, type Cluster, type WorkerAnswer, type WorkerInfo } from './index.ts';
import { askAll, onAsk } from './worker.ts';

const cluster: Cluster = createCluster({ entry: 'dist/server.js', workers: 'auto', env: () => ({ A: '1' }) });
cluster.on('fork', ({ id, pid }) => [id.toFixed(), pid?.toFixed()]);
cluster.on('exit', (worker, code, signal) => [worker.id, code?.toFixed(), signal?.toUpperCase()]);
cluster.on('message', (worker, message) => {
  worker.id.toFixed();
  // @ts-expect-error: anything may come from a worker.
  message.text();
});
const workers: readonly WorkerInfo[] = cluster.workers;
for (const { state } of workers) state satisfies 'starting' | 'ready' | 'draining' | 'waiting';
// @ts-expect-error: only read.
cluster.workers.push();
const answers: Promise<readonly WorkerAnswer[]> = cluster.ask('topic', { any: 'data' });
const started: Promise<Cluster> = cluster.start();
const undo: () => void = onAsk('topic', (data) => [data]);
export const used = [answers, started, undo, askAll('topic')];

createCluster({
  entry: new URL('server.js', import.meta.url),
  logger: false,
  // @ts-expect-error: a number, or "auto".
  workers: '2',
});
// @ts-expect-error: there must be a file.
createCluster({ workers: 2 });
createCluster({
  entry: 'dist/server.js',
  // @ts-expect-error: there are two ways.
  balance: 'random',
});
// @ts-expect-error: no such option.
createCluster({ entry: 'dist/server.js', worker: 2 });
