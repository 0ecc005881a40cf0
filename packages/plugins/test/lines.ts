import type { LogFunction, Logger } from '@blaizejs/types';

/** A line of a log. */
export type Line = Record<string, unknown> & { readonly level: string; readonly message: string | undefined };

/** A logger, and what was written to it. */
export function lines(): { readonly logger: Logger; readonly written: Line[] } {
  const written: Line[] = [];
  const at =
    (level: string): LogFunction =>
    (first: string | object, message?: string) => {
      const fields = typeof first === 'object' ? first : {};
      written.push({ ...fields, level, message: typeof first === 'string' ? first : message });
    };
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  return { logger, written };
}
