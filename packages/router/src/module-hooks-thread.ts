import type { InitializeHook, ResolveHook, ResolveHookContext } from 'node:module';

import { readEntryImports } from './entry-imports.ts';
import { ModuleGraph } from './module-graph.ts';
import { type GraphAnswer, type GraphQuestion, GREW, type ThreadData } from './graph-messages.ts';

// Node < 22.15 runs this file in a separate thread. The graph is here, and the app uses it by messages.

type NextResolve = Parameters<ResolveHook>[2];

let graph: ModuleGraph;
let entry: string | undefined;
let entryRead: Promise<void> | undefined;

export const initialize: InitializeHook<ThreadData> = ({ port, importer, ...data }) => {
  entry = data.entry;
  let told = false;
  graph = new ModuleGraph(entry, importer, () => {
    if (told) return;
    told = true;
    const at = Date.now();
    // During a start, many imports come at once.
    setImmediate(() => {
      told = false;
      port.postMessage({ id: GREW, value: at } satisfies GraphAnswer);
    });
  });
  port.on('message', ({ id, name, files }: GraphQuestion) => {
    port.postMessage({ id, value: graph[name](files) } satisfies GraphAnswer);
  });
};

export const resolve: ResolveHook = async (specifier, context, next) => {
  if (!context.conditions.includes('import')) return next(specifier, context);
  // next() assigns its argument to the context that all hooks share.
  const own = { ...context };
  if (entry !== undefined) await (entryRead ??= readEntry(entry, own, next));
  try {
    const result = await next(specifier, own);
    return { ...result, url: graph.resolved(result.url, own.parentURL) };
  } catch (error) {
    graph.unresolved(error, own.parentURL);
    throw error;
  }
};

async function readEntry(file: string, context: ResolveHookContext, next: NextResolve): Promise<void> {
  const imports = readEntryImports(graph, file);
  let { value, done } = imports.next();
  while (!done && value) {
    let url: string | undefined;
    try {
      ({ url } = await next(value.specifier, { ...context, parentURL: value.parent, importAttributes: {} }));
    } catch {
      // The file does not exist, or the match was not an import.
    }
    ({ value, done } = imports.next(url));
  }
}
