// A primary of its own, so that tests can kill it.
import { createCluster } from '../../src/index.ts';

const { entry, folder, ...options } = JSON.parse(process.argv[2]);
const cluster = createCluster({ entry, args: [folder], ...options });
const say = (message) => process.send?.(message);
cluster.on('fork', ({ pid }) => say({ event: 'fork', pid }));
cluster.on('exit', ({ pid }, code, signal) => say({ event: 'exit', pid, code, signal }));
cluster.on('message', ({ pid }, { event }) => say({ event, pid }));
process.on('message', (what) => {
  if (what === 'workers') say({ event: 'workers', workers: cluster.workers });
  if (what === 'ask') void cluster.ask('pid').then((answers) => say({ event: 'answers', answers }));
  if (what === 'reload') {
    cluster.reload().then(
      () => say({ event: 'reloaded' }),
      (error) => say({ event: 'reload failed', message: error.message }),
    );
  }
});
try {
  await cluster.start();
  say({ event: 'started', workers: cluster.workers });
} catch (error) {
  say({ event: 'failed', message: error.message });
  process.exit(1);
}
