// What each worker runs first.
import cluster from 'node:cluster';
import { subscribe } from 'node:diagnostics_channel';
import { pathToFileURL } from 'node:url';

import { WorkerLife } from './worker-life.ts';

const life = new WorkerLife({
  process,
  worker: cluster.worker,
  shared: globalThis,
  watchServers: (listener) => subscribe('blaizejs.server', listener),
  load: (file) => import(pathToFileURL(file).href),
});
await life.run();
