import { health } from '@blaizejs/plugins/health';
import { metrics, type Metrics, type MetricsOptions } from '@blaizejs/plugins/metrics';
import { startTestServer, type TestServer } from '@blaizejs/testing';
import type { WorkerAnswer, WorkerBus } from '@blaizejs/types/internal';

const WORKER_BUS: unique symbol = Symbol.for('blaizejs.workerBus');

interface Topic {
  readonly answerer: (data: unknown) => unknown;
  readonly fold: ((parts: readonly unknown[]) => unknown) | undefined;
}

/** A worker in this process: a server that believes to have others beside it. */
export interface TestWorker {
  readonly app: TestServer;
  readonly id: number;
  readonly topics: Map<string, Topic>;
  readonly kept: Map<string, unknown>;
  scrape(): Promise<Response>;
}

/** Workers in this process, and what stands in for their primary. */
export class WorkerFleet implements AsyncDisposable {
  readonly workers = new Map<number, TestWorker>();
  /** What exited workers left behind. */
  readonly left: WorkerAnswer[] = [];
  /** Workers that don't answer. */
  readonly silent = new Set<number>();
  isPrimarySilent = false;
  #last = 0;

  async add(options: MetricsOptions = {}): Promise<TestWorker> {
    const id = (this.#last += 1);
    const topics = new Map<string, Topic>();
    const kept = new Map<string, unknown>();
    const bus: WorkerBus = {
      ask: (topic) => this.#ask(topic),
      answer: (topic, answerer, fold) => {
        topics.set(topic, { answerer, fold });
        return () => void topics.delete(topic);
      },
      keep: (topic, data) => Promise.resolve(void kept.set(topic, data)),
      knows: (topic) => topics.has(topic),
    };
    const shared = globalThis as { [WORKER_BUS]?: WorkerBus };
    shared[WORKER_BUS] = bus;
    const plugins = [health({ details: true }), metrics({ listen: { port: 0 }, ...options })];
    const app = await startTestServer({ tls: false, plugins });
    app.server.router.addRoute('GET', '/', { handler: () => 'hello' });
    const { url = '' } = (app.server.services as { metrics: Metrics }).metrics;
    const worker = { app, id, topics, kept, scrape: () => fetch(url) };
    this.workers.set(id, worker);
    return worker;
  }

  /** As if its process had exited. */
  async end({ id, app, kept }: TestWorker): Promise<void> {
    await app.close();
    this.workers.delete(id);
    for (const data of kept.values()) this.left.push({ worker: id, data: label(data, id), exited: true });
  }

  /** One worker makes one of what all that have exited left behind. */
  fold({ topics }: TestWorker): void {
    const [topic] = [...topics.values()].filter(({ fold }) => fold);
    const data = json(topic?.fold?.(this.left.map((answer) => answer.data)));
    this.left.splice(0, Infinity, { worker: 0, data, exited: true });
  }

  async #ask(topic: string): Promise<readonly WorkerAnswer[]> {
    if (this.isPrimarySilent) throw new Error('The primary is gone.');
    if (topic === 'cluster') {
      const workers = [...this.workers.keys()].map((id) => ({
        state: this.silent.has(id) ? 'starting' : 'ready',
      }));
      return [{ worker: 0, data: { workers } }];
    }
    const answers: WorkerAnswer[] = [];
    for (const { id, topics, kept } of this.workers.values()) {
      const data = this.silent.has(id) ? kept.get(topic) : await topics.get(topic)?.answerer(undefined);
      if (!this.silent.has(id)) kept.set(topic, json(data));
      if (data !== undefined) answers.push({ worker: id, data: label(data, id) });
    }
    return [...answers, ...this.left];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { app } of this.workers.values()) await app.close();
    delete (globalThis as { [WORKER_BUS]?: WorkerBus })[WORKER_BUS];
  }
}

function json(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data));
}

/** Those that share a process must not look as if they were one. */
function label(data: unknown, worker: number): unknown {
  return { ...(json(data) as object), from: [`process of ${worker}`] };
}
