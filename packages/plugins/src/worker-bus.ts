import type { WorkerBus } from '@blaizejs/types/internal';

const WORKER_BUS: unique symbol = Symbol.for('blaizejs.workerBus');

/** How to reach the other workers, if this process is a worker of `@blaizejs/cluster`, which publishes it. */
export function workerBus(): WorkerBus | undefined {
  return (globalThis as { [WORKER_BUS]?: WorkerBus })[WORKER_BUS];
}
