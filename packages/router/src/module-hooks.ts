import { existsSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';

import { ModuleGraph } from './module-graph.ts';
import { registerHooks, syncHooks } from './module-hooks-sync.ts';
import { type GraphAnswer, type GraphQuestion, GREW, type Query, type ThreadData } from './graph-messages.ts';
import { keyOf } from './module-url.ts';

/** The graph of the process's modules, in this thread or another. */
export type RemoteGraph = {
  readonly [Name in Query]: (files: readonly string[]) => Promise<ReturnType<ModuleGraph[Name]>>;
} & {
  /** Calls back when a file is imported for the first time. @returns a function that unsubscribes */
  readonly onGrow: (listener: GrowListener) => () => void;
};

/** Whether {@link registerModuleHooks} works. In a bundle, it may not. */
export function canRegisterModuleHooks(): boolean {
  // A CommonJS bundle has no such URL.
  const url = import.meta.url as string | undefined;
  return url !== undefined && (registerHooks !== undefined || existsSync(threadFile()));
}

// `.ts` if this runs from source, `.js` if it is built.
function threadFile(): URL {
  return new URL(`module-hooks-thread${path.extname(import.meta.url)}`, import.meta.url);
}
/** @param at when, by `Date.now()` */
type GrowListener = (at: number) => void;

let registered: RemoteGraph | undefined;
const growListeners = new Set<GrowListener>();

function tellGrowth(at: number): void {
  for (const listener of growListeners) listener(at);
}

/**
 * Registers hooks with Node that make changed modules load again. Registers them once per process; later calls share them.
 * They stay until the process ends, and don't keep it from ending.
 *
 * @param importer the URL of the file that imports routes
 */
export function registerModuleHooks(importer: string): RemoteGraph {
  const entry = process.argv[1] === undefined ? undefined : keyOf(process.argv[1]);
  return (registered ??= registerHooks ? inThisThread(entry, importer) : inAThread(entry, importer));
}

function inThisThread(entry: string | undefined, importer: string): RemoteGraph {
  const graph = new ModuleGraph(entry, importer, () => tellGrowth(Date.now()));
  registerHooks?.(syncHooks(graph, entry));
  return remote(async (name, files) => graph[name](files));
}

function inAThread(entry: string | undefined, importer: string): RemoteGraph {
  const { port1, port2 } = new MessageChannel();
  const data: ThreadData = { port: port2, entry, importer };
  module.register(threadFile(), { data, transferList: [port2] });

  let last = 0;
  const waiting = new Map<number, (value: unknown) => void>();
  port1.on('message', ({ id, value }: GraphAnswer) => {
    if (id === GREW) return tellGrowth(value as number);
    waiting.get(id)?.(value);
    waiting.delete(id);
    if (waiting.size === 0) port1.unref();
  });
  port1.unref();
  return remote(
    (name, files) =>
      new Promise((resolve) => {
        const question: GraphQuestion = { id: ++last, name, files };
        waiting.set(question.id, resolve);
        port1.ref();
        port1.postMessage(question);
      }),
  );
}

function remote(ask: (name: Query, files: readonly string[]) => Promise<unknown>): RemoteGraph {
  const query = (name: Query) => (files: readonly string[]) => ask(name, files) as Promise<never>;
  return {
    track: query('track'),
    succeeded: query('succeeded'),
    suspects: query('suspects'),
    files: query('files'),
    invalidate: query('invalidate'),
    onGrow: (listener) => {
      growListeners.add(listener);
      return () => growListeners.delete(listener);
    },
  };
}
