import module, { type ResolveFnOutput, type ResolveHookContext } from 'node:module';

import { readEntryImports } from './entry-imports.ts';
import type { ModuleGraph } from './module-graph.ts';

type NextResolve = (specifier: string, context: ResolveHookContext) => ResolveFnOutput;

interface SyncHooks {
  resolve(specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput;
}

/** Node's hooks in the thread of the app (Node >= 22.15). The types of Node 20 don't have them. */
export const registerHooks = (module as { registerHooks?: (hooks: SyncHooks) => unknown }).registerHooks;

/** Hooks that resolve imports with a graph, and report imports to it. */
export function syncHooks(graph: ModuleGraph, entry: string | undefined): SyncHooks {
  let entryIsRead = entry === undefined;

  const readEntry = (context: ResolveHookContext, next: NextResolve): void => {
    entryIsRead = true;
    const imports = readEntryImports(graph, entry as string);
    let { value, done } = imports.next();
    while (!done && value) {
      let url: string | undefined;
      try {
        url = next(value.specifier, { ...context, parentURL: value.parent, importAttributes: {} }).url;
      } catch {
        // The file does not exist, or the match was not an import.
      }
      ({ value, done } = imports.next(url));
    }
  };

  return {
    resolve(specifier, context, next) {
      if (!context.conditions.includes('import')) return next(specifier, context);
      // next() assigns its argument to the context that all hooks share.
      const own = { ...context };
      if (!entryIsRead) readEntry(own, next);
      try {
        const result = next(specifier, own);
        return { ...result, url: graph.resolved(result.url, own.parentURL) };
      } catch (error) {
        graph.unresolved(error, own.parentURL);
        throw error;
      }
    },
  };
}
