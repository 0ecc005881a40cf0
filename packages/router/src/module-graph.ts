import { fileOf, stamp, versionOf } from './module-url.ts';

interface Imports {
  /** Of the importing file. */
  readonly version: number;
  readonly files: Set<string>;
}

/** What a change comes to. */
export interface Invalidation {
  /** Files that are loaded anew when they are imported next. */
  readonly renewed: readonly string[];
  /** Changed files of which the app itself, outside of its routes, has a copy that stays. */
  readonly kept: readonly string[];
}

const PACKAGE_BELOW_NODE_MODULES = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//;

/**
 * Which file of a project imports which, and which version of each is current. Files are known by their keys (see
 * `keyOf`). It knows nothing of Node's hooks, which tell it what they see, in this thread or in another.
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
  /** What old instances have come to import: requests that are under way, and routes whose new version is broken. */
  readonly #late = new Set<string>();
  readonly #onGrow: (() => void) | undefined;

  /**
   * @param entry the file that the process was started with
   * @param importer the file that imports routes, which itself does not count as an importer
   * @param onGrow called when a file is imported for the first time, which may be long after its importer was loaded
   */
  constructor(entry: string | undefined, importer: string, onGrow?: () => void) {
    this.#entry = entry;
    this.#importer = importer;
    this.#onGrow = onGrow;
  }

  /** Makes files known as routes. */
  track(routes: readonly string[]): void {
    for (const route of routes) {
      this.#routes.add(route);
      // A project may itself be below a node_modules folder.
      const home = PACKAGE_BELOW_NODE_MODULES.exec(route)?.[0];
      if (home !== undefined) this.#homes.add(home);
    }
  }

  /** Records that `parent` imports `url`, and gives the URL to load in its place. */
  resolved(url: string, parent: string | undefined): string {
    if (!this.isProject(url)) return url;
    const file = fileOf(url);
    if (parent !== undefined && this.isProject(parent)) this.link(fileOf(parent), versionOf(parent), file);
    return stamp(url, this.#version(file));
  }

  /** Records that `parent` imports what is not there, for its importers to be tried again when it comes. */
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
    // An old instance may import something late, which says nothing of the new one.
    if (version === imports.version) imports.files.add(child);
    else this.#late.add(child);
    if (this.#children.has(child)) return;
    this.#children.add(child);
    this.#onGrow?.();
  }

  /** Makes files known that the app had loaded before anybody looked. */
  preloaded(files: Iterable<string>): void {
    for (const file of files) this.#good.set(file, 0);
  }

  /** Makes routes known as evaluated, and so all that they import. */
  succeeded(routes: readonly string[]): void {
    for (const file of this.#below(routes)) this.#good.set(file, this.#version(file));
  }

  /** The files at and below routes that are not known to have been evaluated. */
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
   * Gives a new version to changed files and to all that import them. What only the app itself has loaded keeps its
   * version, for a route that comes to import it to share.
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

  /** Whether a URL is one of the project's own files, and not of a package's. */
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
  // What is added to a Set while it is walked is walked as well.
  for (const file of seen) for (const other of next(file) ?? []) seen.add(other);
  return seen;
}
