import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { ModuleGraph } from './module-graph.ts';
import { fileOf } from './module-url.ts';

/** What somebody who can resolve is asked for. */
export interface ImportToResolve {
  readonly specifier: string;
  readonly parent: string;
}

const IMPORT =
  /(?:^|[\s;}])(?:import|export)\s+(?!type\b)(?:[^'"();]*?\bfrom\s*)?['"]([^'"\n]+)['"]|\bimport\s*\(\s*['"]([^'"\n]+)['"]\s*[,)]/gm;

/** What a module's source imports, as far as it can be told without parsing it. */
export function specifiersOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].flatMap((match) => match[1] ?? match[2] ?? []);
}

/**
 * Tells a graph what the app's entry file imports, and so on: all that was loaded before there were hooks to see it.
 * A generator, since one kind of hook resolves at once and the other takes its time: it yields what is to be resolved,
 * and is given the URL, or undefined where there is none.
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
