import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { RemoteGraph } from './module-hooks.ts';
import { keyOf } from './module-url.ts';
import { registerTsx, resolvePackage } from './register-tsx.ts';

/** The exports of a module. */
export type LoadedModule = Readonly<Record<string, unknown>>;

/** The outcome of loading a module. */
export type Loaded =
  | { readonly status: 'fulfilled'; readonly value: LoadedModule }
  | { readonly status: 'rejected'; readonly reason: unknown }
  /** The module is still loading. `settled` resolves when it has loaded or failed. */
  | { readonly status: 'pending'; readonly settled: Promise<unknown> };

/** Decides how long to wait for modules, in the order of their files. The promises never reject. */
export type Wait = (loading: readonly Promise<Loaded>[]) => Promise<unknown>;

/** The effect of a change, in absolute paths. */
export interface Invalidated {
  /** Changed files and everything that imports them. They are loaded again on their next import. */
  readonly renewed: readonly string[];
  /** Changed files without those that only the app imports, and that it keeps. */
  readonly changed: readonly string[];
  /** Whether routes may have changed. */
  readonly concernsRoutes: boolean;
}

/**
 * Loads route modules and, if it watches, loads them again when they or their imports have changed. All other modules keep
 * their instance, which they share with the app.
 *
 * Node never frees a module: each reload keeps about 22 KB per renewed module until the process ends. Modules that a
 * CommonJS module requires are not tracked.
 */
export class ModuleLoader {
  readonly #watch: boolean;
  readonly #onGrow: (at: number) => void;
  readonly #routes = new Set<string>();
  readonly #failed = new Set<string>();
  /** Current modules that are still loading. Importing one again would only wait again. */
  readonly #pending = new Map<string, Promise<Loaded>>();
  #tools: Promise<Tools> | undefined;
  #forget: (() => void) | undefined;
  #query = '';

  /** @param onGrow called when a file is imported for the first time, with the time by `Date.now()` */
  constructor(watch: boolean, onGrow: (at: number) => void = () => undefined) {
    this.#watch = watch;
    this.#onGrow = onGrow;
  }

  /**
   * Loads route files, all at once. Never rejects.
   *
   * @param wait decides how long to wait; modules that have not settled by then are pending
   */
  async load(files: readonly string[], wait: Wait): Promise<Loaded[]> {
    const { graph } = await this.#getTools();
    // Only a graph needs real paths, which take time to find.
    const routes = files.map(graph ? keyOf : (file) => pathToFileURL(file).href);
    for (const route of routes) this.#routes.add(route);
    await graph?.track(routes);
    const results = await this.#import(routes, wait);
    if (!results.some(lacksTypeScript) || !(await registerTsx(path.dirname(files[0] ?? '')))) return results;
    // Node caches a failed load under its URL.
    if (graph) await this.invalidate([]);
    else this.#query = '?tsx';
    return this.#import(routes, wait);
  }

  /** The files that may keep a route from loading. */
  async suspects(file: string): Promise<string[]> {
    const { graph } = await this.#getTools();
    return ((await graph?.suspects([keyOf(file)])) ?? []).map(toPath);
  }

  /** Makes changed files, everything that imports them, and files that failed last time load again. */
  async invalidate(files: readonly string[]): Promise<Invalidated> {
    const { graph } = await this.#getTools();
    if (!graph) {
      for (const file of files) this.#pending.delete(pathToFileURL(file).href);
      return { renewed: files, changed: files, concernsRoutes: true };
    }
    // The cause of a failure may be gone without a file having changed.
    const retried = await graph.invalidate(await graph.suspects([...this.#failed]));
    const changed = files.map(keyOf);
    const { renewed, kept } = await graph.invalidate(changed);
    // CommonJS modules are also cached by path.
    for (const file of [...retried.renewed, ...renewed]) {
      delete require.cache[toPath(file)];
      this.#pending.delete(file);
    }
    warnOfKept(kept.filter((file) => changed.includes(file)));
    const concerned = changed.filter((file) => renewed.includes(file) || !kept.includes(file));
    return {
      renewed: renewed.map(toPath),
      changed: concerned.map(toPath),
      concernsRoutes: renewed.length > 0 || retried.renewed.length > 0 || concerned.length > 0,
    };
  }

  /** The files that routes, or the app itself, have imported so far. */
  async files(): Promise<string[]> {
    const { graph } = await this.#getTools();
    return ((await graph?.files([...this.#routes])) ?? []).map(toPath);
  }

  /** Stops calling back. */
  close(): void {
    this.#forget?.();
  }

  async #import(routes: readonly string[], wait: Wait): Promise<Loaded[]> {
    const tools = await this.#getTools();
    const loading = routes.map(
      (route) => this.#pending.get(route) ?? settle(tools.import(route + this.#query)),
    );
    for (const [index, route] of routes.entries())
      this.#pending.set(route, loading[index] as Promise<Loaded>);
    await wait(loading);
    const results = await Promise.all(loading.map(peek));
    for (const [index, route] of routes.entries()) {
      const result = results[index];
      if (result?.status === 'rejected') this.#failed.add(route);
      else this.#failed.delete(route);
      // It may have been invalidated and loaded again in the meantime.
      if (result?.status !== 'pending' && this.#pending.get(route) === loading[index])
        this.#pending.delete(route);
    }
    await tools.graph?.succeeded(routes.filter((_, index) => results[index]?.status === 'fulfilled'));
    return results;
  }

  #getTools(): Promise<Tools> {
    return (this.#tools ??= (async () => {
      const vitest = await vitestImport();
      if (vitest || !this.#watch) return { import: vitest ?? nodeImport, graph: undefined };
      const { canRegisterModuleHooks, registerModuleHooks } = await import('./module-hooks.ts');
      if (!canRegisterModuleHooks()) {
        process.emitWarning(
          'Hot reload does not work in a bundle. Restart the server to see changed routes.',
          {
            code: 'BLAIZE_NO_RELOAD',
          },
        );
        return { import: nodeImport, graph: undefined };
      }
      const graph = registerModuleHooks(import.meta.url);
      this.#forget = graph.onGrow(this.#onGrow);
      return { import: nodeImport, graph };
    })());
  }
}

/** Turns the loading of a module into a promise that never rejects. */
export function settle(loading: Promise<LoadedModule>): Promise<Loaded> {
  return loading.then(
    (value) => ({ status: 'fulfilled', value }),
    (reason: unknown) => ({ status: 'rejected', reason }),
  );
}

/** The current state of a module. */
export function peek(settled: Promise<Loaded>): Promise<Loaded> {
  return Promise.race([settled, Promise.resolve({ status: 'pending', settled } as const)]);
}

type Import = (url: string) => Promise<LoadedModule>;

interface Tools {
  readonly import: Import;
  /** Undefined unless it watches. */
  readonly graph: RemoteGraph | undefined;
}

// Used only for its cache, which all `require` functions share. A CommonJS bundle has no `import.meta.url`.
const require = createRequire(process.execPath);
const toPath = (url: string): string => fileURLToPath(url);
// The hooks add the version to the URL.
const nodeImport: Import = async (url) => (await import(/* @vite-ignore */ url)) as LoadedModule;

/** Vitest's own import, if it runs this process. Routes then share their modules with the test, TypeScript or not. */
async function vitestImport(): Promise<Import | undefined> {
  // Child processes of a test have VITEST too, but no worker.
  if (!process.env.VITEST || !('__vitest_worker__' in globalThis)) return undefined;
  const vitest = resolvePackage(process.cwd(), 'vitest');
  if (vitest === undefined) return undefined;
  const { vi } = (await import(/* @vite-ignore */ vitest)) as { vi: { importActual: Import } };
  return (url) => vi.importActual(url);
}

function lacksTypeScript(result: Loaded): boolean {
  if (result.status !== 'rejected') return false;
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
        'the rest of the app keeps the old version until you restart it.',
      { code: 'BLAIZE_RESTART' },
    );
  }
}
