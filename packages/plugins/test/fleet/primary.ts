/** The primary of a small cluster, which speaks what `@blaizejs/cluster` speaks. The test tells it what to do. */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';

interface Message {
  readonly blaize?: string;
  readonly id: string;
  readonly topic: string;
  readonly data?: unknown;
  readonly keep?: boolean;
}

interface Command {
  readonly id: number;
  readonly do: 'fork' | 'kill' | 'stop' | 'pause';
  readonly worker: number;
}

const kept = new Map<string, Map<number, unknown>>();
const left = new Map<string, { worker: number; data: unknown; exited: true }[]>();
const questions = new Map<string, (worker: number, message: Message | undefined) => void>();
const ready = new Set<number>();
let asked = 0;

cluster.setupPrimary({
  exec: new URL('worker.ts', import.meta.url).pathname,
  execArgv: process.execArgv,
  args: process.argv.slice(2),
});
cluster.on('message', (worker, message: Message) => {
  if (message.blaize === 'keep') store(worker.id, message);
  if (message.blaize === 'answer') questions.get(message.id)?.(worker.id, message);
  if (message.blaize === 'ask' && message.topic === 'cluster') {
    const workers = living().map(({ id }) => ({ id, state: ready.has(id) ? 'ready' : 'starting' }));
    worker.send({ blaize: 'answer', id: message.id, data: [{ worker: 0, data: { workers } }] });
  } else if (message.blaize === 'ask') {
    // One that is still starting does not know the topic yet.
    void ask(
      message.topic,
      living().filter(({ id }) => ready.has(id)),
    ).then((answers) => {
      const data = [...answers, ...(left.get(message.topic) ?? [])];
      if (worker.isConnected()) worker.send({ blaize: 'answer', id: message.id, data });
    });
  }
});
cluster.on('exit', (worker) => {
  for (const settle of questions.values()) settle(worker.id, undefined);
  for (const [topic, byWorker] of kept) {
    if (!byWorker.has(worker.id)) continue;
    left.set(topic, [
      ...(left.get(topic) ?? []),
      { worker: worker.id, data: byWorker.get(worker.id), exited: true },
    ]);
    byWorker.delete(worker.id);
    void fold(topic);
  }
});
process.on('message', (command: Command) => {
  void run(command).then((value) => process.send?.({ id: command.id, value }));
});
process.on('disconnect', () => process.exit());

function living(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

function store(worker: number, { topic, data }: Pick<Message, 'topic' | 'data'>): void {
  kept.set(topic, (kept.get(topic) ?? new Map<number, unknown>()).set(worker, data));
}

async function ask(topic: string, workers: readonly Worker[], data?: unknown): Promise<unknown[]> {
  const id = `p${++asked}`;
  const answers = new Map<number, unknown>();
  const waiting = new Set(workers.map((worker) => worker.id));
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 1000);
    questions.set(id, (worker, message) => {
      if (message?.keep) store(worker, { topic, data: message.data });
      if (message) answers.set(worker, message.data);
      waiting.delete(worker);
      if (waiting.size > 0) return;
      clearTimeout(timer);
      resolve();
    });
    for (const worker of workers) worker.send({ blaize: 'ask', id, topic, data });
    if (workers.length === 0) resolve();
  });
  questions.delete(id);
  // One that lives but does not answer: what it has left so far.
  for (const { id: worker } of living()) {
    const last = kept.get(topic)?.get(worker);
    if (!answers.has(worker) && last !== undefined) answers.set(worker, last);
  }
  return [...answers].map(([worker, data]) => ({ worker, data }));
}

async function fold(topic: string): Promise<void> {
  const parts = left.get(topic) ?? [];
  const [worker] = living();
  if (parts.length < 2 || !worker) return;
  const [folded] = (await ask(
    `${topic}:fold`,
    [worker],
    parts.map(({ data }) => data),
  )) as {
    worker: number;
    data: unknown;
  }[];
  if (!folded) return;
  const since = (left.get(topic) ?? []).filter((part) => !parts.includes(part));
  left.set(topic, [{ ...folded, exited: true }, ...since]);
}

async function run({ do: what, worker: id }: Command): Promise<unknown> {
  if (what === 'fork') {
    const worker = cluster.fork();
    for (;;) {
      const [message] = (await once(worker, 'message')) as [{ ready?: object }];
      if (!message.ready) continue;
      ready.add(worker.id);
      return { id: worker.id, ...message.ready };
    }
  }
  const worker = cluster.workers?.[id];
  if (!worker) throw new Error(`There is no worker ${id}.`);
  if (what === 'pause') return worker.send({ pause: 2000 });
  const ended = once(worker, 'exit');
  if (what === 'kill') worker.process.kill('SIGKILL');
  else worker.send({ stop: true });
  await ended;
  return undefined;
}
