import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { toRouteLoadError } from './import-failure.ts';
import type { RemoteGraph } from './module-hooks.ts';
import { keyOf } from './module-url.ts';
import { registerTsx, resolvePackage } from './register-tsx.ts';

/** What a module exports. */
export type LoadedModule = Readonly<Record<string, unknown>>;

/**
 * Loads route modules and, where it watches, loads them anew when they, or what they import, have changed. All other
 * modules keep their one instance, which they share with the app.
 *
 * Node never lets go of a module: each reload keeps about 22 KB for each module that it renews, until the process
 * ends. Modules that a CommonJS module requires are not seen.
 */
export class ModuleLoader {
  readonly #watch: boolean;
  readonly #routes = new Set<string>();
  readonly #failed = new Set<string>();
  #tools: Promise<Tools> | undefined;
  #query = '';

  constructor(watch: boolean) {
    this.#watch = watch;
  }

  /**
   * Loads route files, all at once.
   *
   * @throws RouteLoadError for the first one that does not load
   */
  async load(files: readonly string[]): Promise<LoadedModule[]> {
    const { graph } = await this.#getTools();
    // Only a graph has to know modules by their real paths, which take time to find.
    const routes = files.map(graph ? keyOf : (file) => pathToFileURL(file).href);
    for (const route of routes) this.#routes.add(route);
    await graph?.track(routes);
    let results = await this.#import(routes);
    if (results.some(lacksTypeScript) && (await registerTsx(path.dirname(files[0] ?? '')))) {
      // Node remembers under its URL that a file did not load.
      if (graph) await this.invalidate([]);
      else this.#query = '?tsx';
      results = await this.#import(routes);
    }
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue;
      const suspects = graph ? await graph.suspects([routes[index] ?? '']) : [];
      throw await toRouteLoadError(result.reason, files[index] ?? '', suspects.map(toPath));
    }
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  /**
   * Makes changed files, all that import them, and what did not load last time, load anew.
   *
   * @returns whether routes can be others than before
   */
  async invalidate(files: readonly string[]): Promise<boolean> {
    const { graph } = await this.#getTools();
    if (!graph) return true;
    // Why a module failed may be gone without any file having changed.
    const failed = await graph.suspects([...this.#failed]);
    const changed = files.map(keyOf);
    const { renewed, kept } = await graph.invalidate([...changed, ...failed]);
    // A CommonJS module is also remembered by its path.
    for (const file of renewed) delete require.cache[toPath(file)];
    warnOfKept(kept.filter((file) => changed.includes(file)));
    return renewed.length > 0 || changed.some((file) => !kept.includes(file));
  }

  /** The files that routes, or the app itself, import. */
  async files(): Promise<string[]> {
    const { graph } = await this.#getTools();
    return ((await graph?.files([...this.#routes])) ?? []).map(toPath);
  }

  async #import(routes: readonly string[]): Promise<PromiseSettledResult<LoadedModule>[]> {
    const tools = await this.#getTools();
    const results = await Promise.allSettled(routes.map((route) => tools.import(route + this.#query)));
    for (const [index, route] of routes.entries()) {
      if (results[index]?.status === 'fulfilled') this.#failed.delete(route);
      else this.#failed.add(route);
    }
    await tools.graph?.succeeded(routes.filter((route) => !this.#failed.has(route)));
    return results;
  }

  #getTools(): Promise<Tools> {
    return (this.#tools ??= (async () => {
      const vitest = await vitestImport();
      if (vitest || !this.#watch) return { import: vitest ?? nodeImport, graph: undefined };
      const { canRegisterModuleHooks, registerModuleHooks } = await import('./module-hooks.ts');
      if (canRegisterModuleHooks())
        return { import: nodeImport, graph: registerModuleHooks(import.meta.url) };
      process.emitWarning('Hot reload does not work in a bundle. Restart the server to see changed routes.', {
        code: 'BLAIZE_NO_RELOAD',
      });
      return { import: nodeImport, graph: undefined };
    })());
  }
}

type Import = (url: string) => Promise<LoadedModule>;

interface Tools {
  readonly import: Import;
  /** Only while watching. */
  readonly graph: RemoteGraph | undefined;
}

// Used for its cache, which is the same everywhere. A CommonJS bundle has no `import.meta.url`.
const require = createRequire(process.execPath);
const toPath = (url: string): string => fileURLToPath(url);
// Never with a version: the hooks stamp it.
const nodeImport: Import = async (url) => (await import(/* @vite-ignore */ url)) as LoadedModule;

/** Under Vitest, what makes routes share their modules with the test, TypeScript or not. */
async function vitestImport(): Promise<Import | undefined> {
  // VITEST is set in the children of a test too, where there is no worker.
  if (!process.env.VITEST || !('__vitest_worker__' in globalThis)) return undefined;
  const vitest = resolvePackage(process.cwd(), 'vitest');
  if (vitest === undefined) return undefined;
  const { vi } = (await import(/* @vite-ignore */ vitest)) as { vi: { importActual: Import } };
  return (url) => vi.importActual(url);
}

function lacksTypeScript(result: PromiseSettledResult<unknown>): boolean {
  if (result.status === 'fulfilled') return false;
  const { code, message } = result.reason as NodeJS.ErrnoException;
  return code === 'ERR_UNKNOWN_FILE_EXTENSION' && /"\.[cm]?tsx?"/.test(message);
}

const told = new Set<string>();

function warnOfKept(files: readonly string[]): void {
  for (const file of files) {
    if (told.has(file)) continue;
    told.add(file);
    process.emitWarning(
      `${path.relative(process.cwd(), toPath(file))} changed, and not only routes import it: ` +
        'the rest of the app keeps what it loaded until it is started anew.',
      { code: 'BLAIZE_RESTART' },
    );
  }
}
