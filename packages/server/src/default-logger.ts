import type { Logger } from '@blaizejs/types';

interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
}

const NAMES: Record<number, string> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** pino, as it is in production; in development its lines are put for people. Loaded when a server starts. */
export async function createDefaultLogger(production: boolean): Promise<Logger> {
  const { pino } = await import('pino');
  const readably = { write: (line: string) => process.stdout.write(readable(line)) };
  // Named, since TypeScript sees a possible `then` among the levels of what pino() returns.
  const logger: Logger = production ? pino() : pino({ base: null }, readably);
  return logger;
}

/** `12:00:01 INFO  Server running on https://localhost:3000`, with the other fields and the stack below. */
export function readable(json: string): string {
  const { level, time, msg = '', err, ...fields } = JSON.parse(json) as Line & Record<string, unknown>;
  const clock = new Date(time).toTimeString().slice(0, 8);
  const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
  const stack = err ? `\n${err.stack ?? err.message ?? ''}` : '';
  return `${clock} ${(NAMES[level] ?? String(level)).padEnd(5)} ${msg}${rest}${stack}\n`;
}
