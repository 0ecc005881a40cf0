import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { ModuleGraph } from './module-graph.ts';
import { fileOf } from './module-url.ts';

/** An import for a hook to resolve. */
export interface ImportToResolve {
  readonly specifier: string;
  readonly parent: string;
}

const IMPORT =
  /(?:^|[\s;}])(?:import|export)\s+(?!type\b)(?:[^'"();]*?\bfrom\s*)?['"]([^'"\n]+)['"]|\bimport\s*\(\s*['"]([^'"\n]+)['"]\s*[,)]/gm;

/** The specifiers that a module's source imports, as far as a search without a parser finds them. */
export function specifiersOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].flatMap((match) => match[1] ?? match[2] ?? []);
}

/**
 * Adds the imports of the app's entry file to a graph, recursively: all modules that were loaded before the hooks existed. A
 * generator, since one kind of hook is synchronous and the other asynchronous: it yields an import to resolve, and receives
 * its URL, or undefined if there is none.
 */
export function* readEntryImports(
  graph: ModuleGraph,
  entry: string,
): Generator<ImportToResolve, void, string | undefined> {
  const seen = new Set([entry]);
  for (const parent of seen) {
    for (const specifier of specifiersOf(read(parent))) {
      const url = yield { specifier, parent };
      if (url === undefined || !graph.isProject(url)) continue;
      graph.link(parent, 0, fileOf(url));
      seen.add(fileOf(url));
    }
  }
  graph.preloaded(seen);
}

function read(file: string): string {
  try {
    return readFileSync(fileURLToPath(file), 'utf8');
  } catch {
    return '';
  }
}
