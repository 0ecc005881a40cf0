import type { Bookmark } from './api.ts';

// As many as the server lists.
const MAX_ROWS = 100;

/** The newest bookmarks, each in a row, newest first. Whatever comes twice or late changes nothing. */
export class LiveList {
  readonly #list: HTMLElement;
  readonly #rowOf: (bookmark: Bookmark) => HTMLElement;
  readonly #shown = new Map<number, { readonly bookmark: Bookmark; readonly row: HTMLElement }>();
  // Ids are never used again.
  readonly #removed = new Set<number>();

  constructor(list: HTMLElement, rowOf: (bookmark: Bookmark) => HTMLElement) {
    this.#list = list;
    this.#rowOf = rowOf;
  }

  get size(): number {
    return this.#shown.size;
  }

  /** Shows what the server has now. */
  load(bookmarks: readonly Bookmark[]): void {
    const ids = new Set(bookmarks.map(({ id }) => id));
    for (const id of this.#shown.keys()) if (!ids.has(id)) this.#drop(id);
    for (const bookmark of bookmarks) this.save(bookmark);
  }

  save(bookmark: Bookmark): void {
    const { id, updatedAt } = bookmark;
    const known = this.#shown.get(id);
    // Two processes may tell of two changes the wrong way round.
    if (this.#removed.has(id) || (known && known.bookmark.updatedAt > updatedAt)) return;
    const row = this.#rowOf(bookmark);
    this.#shown.set(id, { bookmark, row });
    if (known) known.row.replaceWith(row);
    else this.#list.insertBefore(row, this.#firstBelow(id));
    if (this.#shown.size > MAX_ROWS) this.#drop(Math.min(...this.#shown.keys()));
  }

  remove(id: number): void {
    this.#removed.add(id);
    this.#drop(id);
  }

  #drop(id: number): void {
    this.#shown.get(id)?.row.remove();
    this.#shown.delete(id);
  }

  /** The row of the newest bookmark that is older. */
  #firstBelow(id: number): HTMLElement | null {
    let best = -1;
    for (const each of this.#shown.keys()) if (each < id && each > best) best = each;
    return this.#shown.get(best)?.row ?? null;
  }
}
