import path from 'node:path';

import type { AppEnv, ErrorHandler, MiddlewareInput } from '@blaizejs/types';

import type { FolderFile, RouteDirectory } from './find-route-files.ts';
import { errorHandlerOf, middlewareOf } from './folder-module.ts';
import type { LoadedModule } from './module-loader.ts';
import type { FolderSettings, ServedEntry } from './route-entry.ts';

/** What one `_middleware` or `_error` file gives to the files at and below its folder. */
export interface FolderPart {
  /** Absolute. */
  readonly file: string;
  readonly module: LoadedModule;
  readonly middleware: readonly MiddlewareInput[];
  readonly errorHandler: ErrorHandler<AppEnv> | undefined;
  /** Always empty: it serves nothing itself. Another list for each version of the file. */
  readonly entries: readonly ServedEntry[];
}

/** The last good version of each `_middleware` and `_error` file. */
export class FolderParts {
  readonly #parts = new WeakMap<RouteDirectory, Map<string, FolderPart>>();

  /**
   * Keeps what a module gives. The same module is the same part.
   *
   * @throws RouteLoadError if it does not export what its name says
   */
  set(source: RouteDirectory, { file, kind }: FolderFile, module: LoadedModule): FolderPart {
    const parts = this.#of(source);
    const before = parts.get(file);
    if (before?.module === module) return before;
    const part: FolderPart = {
      file,
      module,
      middleware: kind === 'middleware' ? middlewareOf(module, file) : [],
      errorHandler: kind === 'error' ? errorHandlerOf(module, file) : undefined,
      entries: [],
    };
    parts.set(file, part);
    return part;
  }

  has(source: RouteDirectory, file: string): boolean {
    return this.#of(source).has(file);
  }

  /** Forgets files that are gone. */
  retain(source: RouteDirectory, isThere: (file: string) => boolean): void {
    const parts = this.#of(source);
    for (const file of [...parts.keys()]) if (!isThere(file)) parts.delete(file);
  }

  /** The parts that apply to a file, outermost folder first. */
  above(source: RouteDirectory, file: string): FolderPart[] {
    return [...this.#of(source).values()]
      .filter((part) => covers(part.file, file))
      .sort((a, b) => path.dirname(a.file).length - path.dirname(b.file).length);
  }

  #of(source: RouteDirectory): Map<string, FolderPart> {
    const known = this.#parts.get(source);
    if (known) return known;
    const parts = new Map<string, FolderPart>();
    this.#parts.set(source, parts);
    return parts;
  }
}

/** Whether a file is at or below the folder of another one. */
export function covers(folderFile: string, file: string): boolean {
  return file.startsWith(path.dirname(folderFile) + path.sep);
}

/** What parts give a file, together. @param parts outermost folder first */
export function combine(parts: readonly FolderPart[]): FolderSettings {
  return {
    middleware: parts.flatMap(({ middleware }) => middleware),
    errorHandlers: parts.flatMap(({ errorHandler }) => errorHandler ?? []).reverse(),
  };
}
