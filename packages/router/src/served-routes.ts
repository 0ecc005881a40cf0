import { RouteConflictError } from '@blaizejs/errors';

import { constraintKey } from './constraints.ts';
import type { RouteDirectory } from './find-route-files.ts';
import { isRouteEntry, type ServedEntry } from './route-entry.ts';
import type { RouteSet } from './route-set.ts';

/** A loaded file, and what to serve from it: nothing for one that only adds to others. */
export interface Candidate {
  readonly source: RouteDirectory;
  /** Absolute. */
  readonly file: string;
  /** Undefined keeps the current routes. */
  readonly entries: readonly ServedEntry[] | undefined;
}

/** The result of a replacement. */
export interface Replacement {
  /** Whether the set of served routes has changed. */
  readonly changed: boolean;
  /** Candidates that conflict with the rest, each with the error. Their files keep their previous routes. */
  readonly rejected: ReadonlyMap<Candidate, unknown>;
}

type Entries = readonly ServedEntry[];
type Served = ReadonlyMap<RouteDirectory, ReadonlyMap<string, Entries>>;

/** The routes that are served from folders of route files, by file. */
export class ServedRoutes {
  readonly #routes: RouteSet;
  #served: Served = new Map();

  constructor(routes: RouteSet) {
    this.#routes = routes;
  }

  get sources(): RouteDirectory[] {
    return [...this.#served.keys()];
  }

  /** The routes that are served from a source, by file. */
  of(source: RouteDirectory): ReadonlyMap<string, Entries> {
    return this.#served.get(source) ?? new Map();
  }

  /**
   * Adds a new source: all of its routes, or none.
   *
   * @throws RouteConflictError if one of its routes is already served
   */
  add(source: RouteDirectory, candidates: readonly Candidate[]): void {
    const files = new Map(candidates.map(({ file, entries }) => [file, entries ?? []]));
    this.#serve(new Map([...this.#served, [source, files]]));
  }

  remove(source: RouteDirectory): void {
    this.#served = new Map([...this.#served].filter(([other]) => other !== source));
    this.#routes.replace(source, []);
  }

  /**
   * Replaces the routes of some sources, except where they conflict: if two files have the same method and path, the file
   * that already serves it keeps it. A file without a candidate is no longer served.
   *
   * @throws the app's error about a set of routes, if no single file caused it
   */
  replace(sources: readonly RouteDirectory[], candidates: readonly Candidate[]): Replacement {
    const rejected = new Map<Candidate, unknown>();
    for (;;) {
      const wanted = this.#combine(sources, candidates, rejected);
      try {
        return { changed: this.#serve(wanted), rejected };
      } catch (error) {
        const news = candidates.filter((candidate) => !rejected.has(candidate) && this.#isNew(candidate));
        const culprit = this.#culprit(error, news);
        if (!culprit) throw error;
        rejected.set(culprit, error);
      }
    }
  }

  #combine(
    sources: readonly RouteDirectory[],
    candidates: readonly Candidate[],
    rejected: ReadonlyMap<Candidate, unknown>,
  ): Served {
    const wanted = new Map(this.#served);
    for (const source of sources) {
      // A source that was removed in the meantime stays removed.
      if (!wanted.has(source)) continue;
      const files = new Map<string, Entries>();
      wanted.set(source, files);
      for (const candidate of candidates) {
        if (candidate.source !== source) continue;
        const before = this.of(source).get(candidate.file);
        const entries = rejected.has(candidate) ? before : (candidate.entries ?? before);
        if (entries) files.set(candidate.file, entries);
      }
    }
    return wanted;
  }

  /** @returns whether anything has changed */
  #serve(wanted: Served): boolean {
    const changed = [...wanted].filter(([source, files]) => !isSame(files, this.#served.get(source)));
    if (changed.length > 0) {
      this.#routes.replaceAll(
        new Map(changed.map(([source, files]) => [source, [...files.values()].flat()])),
      );
    }
    this.#served = wanted;
    return changed.length > 0;
  }

  #isNew({ source, file, entries }: Candidate): boolean {
    return entries !== undefined && entries !== this.of(source).get(file);
  }

  /** The new candidate that caused an error. */
  #culprit(error: unknown, news: readonly Candidate[]): Candidate | undefined {
    if (news.length <= 1) return news[0];
    if (error instanceof RouteConflictError) {
      const conflict = this.#routes.entriesOf(error);
      const involved = news.filter(({ entries }) => entries?.some((entry) => conflict.includes(entry)));
      // The file that already serves the route keeps it; if neither does, the first one gets it.
      return involved.findLast((candidate) => !this.#has(candidate, conflict)) ?? involved.at(-1);
    }
    // Other errors don't name a file.
    const before = this.#served;
    try {
      return news.find((candidate) => !this.#fits(candidate));
    } finally {
      this.#serve(before);
    }
  }

  /** Whether a file already serves the route that is in conflict. */
  #has({ source, file, entries = [] }: Candidate, conflict: Entries): boolean {
    const wanted = entries.find((entry) => conflict.includes(entry));
    const served = this.of(source).get(file) ?? [];
    return wanted !== undefined && served.some((entry) => placeOf(entry) === placeOf(wanted));
  }

  #fits({ source, file, entries = [] }: Candidate): boolean {
    const files = new Map([...this.of(source), [file, entries]]);
    try {
      this.#serve(new Map([...this.#served, [source, files]]));
      return true;
    } catch {
      return false;
    }
  }
}

/** What two entries are in conflict about. */
function placeOf(entry: ServedEntry): string {
  const { method, pattern } = entry.info;
  return `${method} ${pattern} ${isRouteEntry(entry) ? constraintKey(entry.info.constraints) : ''}`;
}

function isSame(a: ReadonlyMap<string, Entries>, b: ReadonlyMap<string, Entries> | undefined): boolean {
  return b !== undefined && a.size === b.size && [...a].every(([file, entries]) => b.get(file) === entries);
}
