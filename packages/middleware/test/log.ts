import type { Logger } from '@blaizejs/types';

/** A line of a {@link recordingLogger}. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly [name: string]: unknown;
}

/** A logger that keeps its lines. */
export function recordingLogger(): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const writer =
    (level: string) =>
    (first: string | object, second = '') => {
      const [fields, message] = typeof first === 'string' ? [{}, first] : [first, second];
      lines.push({ level, message, ...fields });
    };
  const logger: Logger = {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    child: () => logger,
  };
  return { logger, lines };
}
