import type { WorkerAnswer, WorkerBus } from '@blaizejs/types/internal';

import { WORKER_BUS } from './messages.ts';

export type { WorkerAnswer };

// The topics of a process that is no worker.
const own = new Map<string, (data: unknown) => unknown>();

/**
 * In a worker: answers what other workers, or the primary, ask about a topic.
 *
 * @param handler gets the data of the question; its result must be something that JSON can express
 * @returns a function that undoes this
 */
export function onAsk(topic: string, handler: (data: unknown) => unknown): () => void {
  const bus = published();
  if (bus) return bus.answer(topic, handler);
  own.set(topic, handler);
  return () => {
    if (own.get(topic) === handler) own.delete(topic);
  };
}

/**
 * In a worker: asks all workers that are ready, this one included, about a topic. In a process that is no worker, only this
 * process answers.
 *
 * @returns what those answered that know the topic, within 1 s
 * @throws ClusterError if the primary is gone, or hangs
 */
export async function askAll(topic: string, data?: unknown): Promise<readonly WorkerAnswer[]> {
  const bus = published();
  if (bus) return bus.ask(topic, data);
  const handler = own.get(topic);
  return handler ? [{ worker: 0, data: await handler(data) }] : [];
}

function published(): WorkerBus | undefined {
  return (globalThis as { [WORKER_BUS]?: WorkerBus })[WORKER_BUS];
}
