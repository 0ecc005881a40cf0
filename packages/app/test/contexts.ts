import { createContext, type CreateContextOptions } from '@blaizejs/context';
import { RequestContext } from '@blaizejs/context/internal';
import type { Logger } from '@blaizejs/types';

/** As the public one, with what only the framework sees. */
export function contextFor(
  request = new Request('http://localhost/'),
  options?: CreateContextOptions,
): RequestContext {
  const ctx: unknown = createContext(request, options);
  if (!(ctx instanceof RequestContext)) throw new TypeError('createContext() makes a RequestContext.');
  return ctx;
}

/** A logger that keeps what it is told, by level. */
export function keepingLogger(): { log: Logger; lines: [level: string, ...args: unknown[]][] } {
  const lines: [string, ...unknown[]][] = [];
  const to =
    (level: string) =>
    (...args: unknown[]) =>
      void lines.push([level, ...args]);
  const log: Logger = {
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    child: () => log,
  };
  return { log, lines };
}
