/** A cluster in a process of its own. Bundled, with its worker beside it. Does what its parent asks for. */
import { type Cluster, createCluster } from '../../packages/cluster/src/index.ts';

interface Question {
  readonly id: number;
  readonly question: 'start' | 'workers' | 'close';
  readonly what: { readonly workers: number; readonly args: readonly string[] };
}

let cluster: Cluster | undefined;

async function answer({ question, what }: Question): Promise<unknown> {
  if (question === 'workers') return cluster?.workers;
  if (question === 'close') return cluster?.close();
  const entry = new URL('worker.mjs', import.meta.url);
  cluster = createCluster({ ...what, entry, handleSignals: false, logger: false });
  await cluster.start();
  return undefined;
}

process.on('disconnect', () => process.exit());
process.on('message', (question: Question) => {
  answer(question).then(
    (given) => process.send?.({ id: question.id, answer: given }),
    (error: unknown) => process.send?.({ id: question.id, error: String(error) }),
  );
});
