import { existsSync } from 'node:fs';
import path from 'node:path';

import { realPathOf } from './module-url.ts';

/** What was saved at once, and what is loaded again for it. */
interface Batch {
  readonly changed: readonly string[];
  readonly renewed: ReadonlySet<string>;
  readonly since: number;
}

/** How things stand, in real paths. */
export interface ReloadState {
  /** Route files that are served as they are. */
  readonly live: ReadonlySet<string>;
  /** Route files that have not loaded yet. */
  readonly pending: ReadonlySet<string>;
  /** Route files that did not load. */
  readonly failed: ReadonlySet<string>;
  /** Whether a file is, or was, a route, or is imported by one. */
  readonly isKnown: (file: string) => boolean;
}

/** Says in one line what has been reloaded. */
export class ReloadReport {
  #batches: Batch[] = [];
  #failed: ReadonlySet<string> = new Set();

  begin(changed: readonly string[], renewed: readonly string[]): void {
    const batch = { changed: changed.map(realPathOf), renewed: new Set(renewed), since: performance.now() };
    // What was saved again before it was live is told of once.
    const earlier = this.#batches.map((other) => without(other, batch.renewed));
    this.#batches = [...earlier.filter((other) => other.changed.length > 0), batch];
  }

  /** @returns a line if anything is live that was not before */
  end(state: ReloadState): string | undefined {
    const { live, pending, failed } = state;
    const isOpen = ({ renewed }: Batch): boolean => [...renewed].some((file) => pending.has(file));
    const done = this.#batches.filter((batch) => !isOpen(batch));
    const open = this.#batches.filter(isOpen);
    // A route that is live need not wait for those that were saved with it.
    const early = open.flatMap(({ changed }) => changed.filter((file) => live.has(file)));
    this.#batches = open.map((batch) => without(batch, live));
    const changed = new Set([...early, ...done.flatMap((batch) => changesOf(batch, state))]);
    const renewed = new Set(done.flatMap((batch) => [...batch.renewed]));
    // What did not load for another reason than itself, and has been tried again.
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

/** A batch without those changes that have been, or will be, told of otherwise. */
function without(batch: Batch, files: ReadonlySet<string>): Batch {
  return { ...batch, changed: batch.changed.filter((file) => !files.has(file)) };
}

/** The changed files of a batch that are live. */
function changesOf({ changed, renewed }: Batch, { live, failed, isKnown }: ReloadState): string[] {
  const all = [...renewed];
  // A broken module lets none of its importers load.
  const isBroken = all.some((file) => failed.has(file)) && !all.some((file) => live.has(file));
  return isBroken ? [] : changed.filter((file) => isKnown(file) && !failed.has(file));
}

/** One or two files by their names, more by their number. */
export function list(files: readonly string[]): string {
  const [first = '', second = ''] = files.map(shown);
  if (files.length < 2) return first;
  return `${first} and ${files.length === 2 ? second : `${files.length - 1} other files`}`;
}

function shown(file: string): string {
  return path.relative(process.cwd(), file) + (existsSync(file) ? '' : ' (deleted)');
}
