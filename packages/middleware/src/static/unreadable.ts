import { tryUseContext } from '@blaizejs/context';
import { logLine } from '@blaizejs/context/internal';

/** In a folder that may not be read, clients choose the names. */
const MOST = 100;

const told = new Set<string>();

/**
 * Warns about a file that is there, or may be, but that the process may not read: to clients it is a 404, and who runs the
 * server should know. Once for each path, and for no more than a hundred.
 */
export function warnUnreadable(file: string, code: string): void {
  if (told.size >= MOST || told.has(file)) return;
  const ctx = tryUseContext();
  if (!ctx) return;
  told.add(file);
  logLine(() => ctx.log, 'warn', `A file may not be read, so it is answered with 404 (${code})`, {
    file,
    code,
  });
}
