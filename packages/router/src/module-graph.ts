import { fileOf, stamp, versionOf } from './module-url.ts';

interface Imports {
  /** The version of the importing file. */
  readonly version: number;
  readonly files: Set<string>;
}

/** The effect of a change. */
export interface Invalidation {
  /** Files that are loaded again on their next import. */
  readonly renewed: readonly string[];
  /** Changed files that the app also imports outside of its routes, where the old instance stays. */
  readonly kept: readonly string[];
}

const PACKAGE_BELOW_NODE_MODULES = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//;

/**
 * The imports between the files of a project, and the current version of each file. Files are identified by key (see
 * `keyOf`). Independent of Node's hooks, which report imports to it from this thread or another one.
 */
export class ModuleGraph {
  readonly #entry: string | undefined;
  readonly #importer: string;
  readonly #imports = new Map<string, Imports>();
  readonly #versions = new Map<string, number>();
  /** The version of each file that was last evaluated without an error. */
  readonly #good = new Map<string, number>();
  readonly #routes = new Set<string>();
  readonly #homes = new Set<string>();
  readonly #children = new Set<string>();
  /** Files that old instances import late: in requests in flight, or in routes whose new version is broken. */
  readonly #late = new Set<string>();
  readonly #onGrow: (() => void) | undefined;

  /**
   * @param entry the file that the process was started with
   * @param importer the file that imports routes; it does not count as an importer
   * @param onGrow called when a file is imported for the first time, which may be long after its importer was loaded
   */
  constructor(entry: string | undefined, importer: string, onGrow?: () => void) {
    this.#entry = entry;
    this.#importer = importer;
    this.#onGrow = onGrow;
  }

  /** Adds files as routes. */
  track(routes: readonly string[]): void {
    for (const route of routes) {
      this.#routes.add(route);
      // A project may itself be below a node_modules folder.
      const home = PACKAGE_BELOW_NODE_MODULES.exec(route)?.[0];
      if (home !== undefined) this.#homes.add(home);
    }
  }

  /** Records that `parent` imports `url`, and returns the URL to load instead. */
  resolved(url: string, parent: string | undefined): string {
    if (!this.isProject(url)) return url;
    const file = fileOf(url);
    if (parent !== undefined && this.isProject(parent)) this.link(fileOf(parent), versionOf(parent), file);
    return stamp(url, this.#version(file));
  }

  /** Records that `parent` imports a missing file, so that its importers are tried again once the file exists. */
  unresolved(error: unknown, parent: string | undefined): void {
    const { url } = error as { url?: string };
    if (url !== undefined) this.resolved(url, parent);
  }

  /** Records that a file, in one version, imports another. */
  link(parent: string, version: number, child: string): void {
    if (parent === this.#importer) return;
    let imports = this.#imports.get(parent);
    if (!imports || version > imports.version) {
      imports = { version, files: new Set() };
      this.#imports.set(parent, imports);
    }
    // Late imports of an old instance say nothing about the new one.
    if (version === imports.version) imports.files.add(child);
    else this.#late.add(child);
    if (this.#children.has(child)) return;
    this.#children.add(child);
    this.#onGrow?.();
  }

  /** Adds files that the app had loaded before the hooks existed. */
  preloaded(files: Iterable<string>): void {
    for (const file of files) this.#good.set(file, 0);
  }

  /** Records that routes, and therefore everything that they import, have been evaluated. */
  succeeded(routes: readonly string[]): void {
    for (const file of this.#below(routes)) this.#good.set(file, this.#version(file));
  }

  /** Routes and their imports that are not known to have been evaluated. */
  suspects(routes: readonly string[]): string[] {
    return [...this.#below(routes)].filter(
      (file) => file !== this.#entry && this.#good.get(file) !== this.#version(file),
    );
  }

  /** All files that routes, or the app itself, have imported so far. */
  files(routes: readonly string[]): string[] {
    const roots = this.#entry === undefined ? routes : [...routes, this.#entry];
    return [...this.#below([...roots, ...this.#late])];
  }

  /**
   * Gives a new version to changed files and everything that imports them. A file that only the app itself has loaded keeps
   * its version, so that a route that later imports it shares the instance.
   */
  invalidate(changed: readonly string[]): Invalidation {
    const app = this.#below(this.#entry === undefined ? [] : [this.#entry]);
    const reached = this.#below([...this.#routes]);
    const renewed = [...this.#above(changed)].filter(
      (file) => file !== this.#entry && (reached.has(file) || !app.has(file)),
    );
    for (const file of renewed) this.#versions.set(file, this.#version(file) + 1);
    return { renewed, kept: changed.filter((file) => app.has(file)) };
  }

  /** Whether a URL is one of the project's own files, rather than a package's. */
  isProject(url: string): boolean {
    if (!url.startsWith('file:')) return false;
    const home = [...this.#homes].find((each) => url.startsWith(each)) ?? '/';
    return !url.slice(home.length - 1).includes('/node_modules/');
  }

  #version(file: string): number {
    return this.#versions.get(file) ?? 0;
  }

  #below(files: readonly string[]): Set<string> {
    return reachable(files, (file) => this.#imports.get(file)?.files);
  }

  #above(files: readonly string[]): Set<string> {
    const importers = new Map<string, string[]>();
    for (const [parent, imports] of this.#imports) {
      for (const child of imports.files) {
        const known = importers.get(child);
        if (known) known.push(parent);
        else importers.set(child, [parent]);
      }
    }
    return reachable(files, (file) => importers.get(file));
  }
}

function reachable(
  from: readonly string[],
  next: (file: string) => Iterable<string> | undefined,
): Set<string> {
  const seen = new Set(from);
  // Iterating a Set includes values that are added meanwhile.
  for (const file of seen) for (const other of next(file) ?? []) seen.add(other);
  return seen;
}
