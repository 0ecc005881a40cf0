import { existsSync } from 'node:fs';
import path from 'node:path';

import { realPathOf } from './module-url.ts';

/** Files that were saved together, and the files that are loaded again because of them. */
interface Batch {
  readonly changed: readonly string[];
  readonly renewed: ReadonlySet<string>;
  readonly since: number;
}

/** The state of all route files, in real paths. */
export interface ReloadState {
  /** Route files whose current version is served. */
  readonly live: ReadonlySet<string>;
  /** Route files that are still loading. */
  readonly pending: ReadonlySet<string>;
  /** Route files that did not load. */
  readonly failed: ReadonlySet<string>;
  /** Whether a file is or was a route, or a route imports it. */
  readonly isKnown: (file: string) => boolean;
}

/** Describes a reload in one line. */
export class ReloadReport {
  #batches: Batch[] = [];
  #failed: ReadonlySet<string> = new Set();

  begin(changed: readonly string[], renewed: readonly string[]): void {
    const batch = { changed: changed.map(realPathOf), renewed: new Set(renewed), since: performance.now() };
    // A file that was saved again before it was live is reported once.
    const earlier = this.#batches.map((other) => without(other, batch.renewed));
    this.#batches = [...earlier.filter((other) => other.changed.length > 0), batch];
  }

  /** @returns a line if something has become live */
  end(state: ReloadState): string | undefined {
    const { live, pending, failed } = state;
    const isOpen = ({ renewed }: Batch): boolean => [...renewed].some((file) => pending.has(file));
    const done = this.#batches.filter((batch) => !isOpen(batch));
    const open = this.#batches.filter(isOpen);
    // A live route is reported without waiting for the others that were saved with it.
    const early = open.flatMap(({ changed }) => changed.filter((file) => live.has(file)));
    this.#batches = open.map((batch) => without(batch, live));
    const changed = new Set([...early, ...done.flatMap((batch) => changesOf(batch, state))]);
    const renewed = new Set(done.flatMap((batch) => [...batch.renewed]));
    // Files that failed because of something else, and have now loaded.
    const mended = [...this.#failed].filter(
      (file) => live.has(file) && !renewed.has(file) && !changed.has(file),
    );
    this.#failed = failed;
    const files = [...changed, ...mended];
    if (files.length === 0) return undefined;
    const saved = new Set(done.flatMap((batch) => batch.changed));
    const importers = [...renewed].filter((file) => !saved.has(file) && !failed.has(file)).length;
    const told = [...done, ...(early.length === 0 ? [] : open)];
    const since = Math.min(...told.map((batch) => batch.since));
    return [
      `reloaded ${list(files)}`,
      ...(importers === 0 ? [] : [`${importers} ${importers === 1 ? 'importer' : 'importers'}`]),
      ...(told.length === 0 ? [] : [`${Math.round(performance.now() - since)} ms`]),
    ].join(', ');
  }
}

/** A batch without the changes in these files, which are reported elsewhere. */
function without(batch: Batch, files: ReadonlySet<string>): Batch {
  return { ...batch, changed: batch.changed.filter((file) => !files.has(file)) };
}

/** The changed files of a batch that are live. */
function changesOf({ changed, renewed }: Batch, { live, failed, isKnown }: ReloadState): string[] {
  const all = [...renewed];
  // If a module is broken, none of its importers loads.
  const isBroken = all.some((file) => failed.has(file)) && !all.some((file) => live.has(file));
  return isBroken ? [] : changed.filter((file) => isKnown(file) && !failed.has(file));
}

/** Lists one or two files by name, and counts more. */
export function list(files: readonly string[]): string {
  const [first = '', second = ''] = files.map(shown);
  if (files.length < 2) return first;
  return `${first} and ${files.length === 2 ? second : `${files.length - 1} other files`}`;
}

function shown(file: string): string {
  return path.relative(process.cwd(), file) + (existsSync(file) ? '' : ' (deleted)');
}
