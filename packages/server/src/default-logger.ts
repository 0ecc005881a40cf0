import { isTerminal } from '@blaizejs/app/internal';
import { tryUseContext } from '@blaizejs/context';
import { logFieldsOf, type RequestContext } from '@blaizejs/context/internal';
import { describeError } from '@blaizejs/errors/internal';
import type { Logger, LogLevel } from '@blaizejs/types';

import { loadPino } from '#pino';

import { developmentTools } from './development-tools.ts';
import { LineCleaner } from './logs/line-cleaner.ts';
import type { HasLevel } from './logs/log-level.ts';
import { DEFAULT_LOG_SETTINGS, type ResolvedLogOptions } from './logs/log-options.ts';
import { LogOutput } from './logs/log-output.ts';

/** The log of a server. */
export interface DefaultLog extends HasLevel {
  readonly logger: Logger;
  /** Opens files; lines wait until then. @throws BlaizeError `ERR_BLAIZE_LOG_FILE` */
  open(): Promise<void>;
  /** Flushes and closes files. Later lines are still written. */
  close(): void;
}

// Those of pino, in which `silent` is above all.
const LEVELS: Readonly<Record<LogLevel, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  silent: Infinity,
};

/**
 * pino, which writes one line of JSON per message. In development it also writes debug lines, and formats lines for people
 * if the output is a terminal. Lines have no credentials; those below a request have its correlation id, and those of its span.
 */
export function createDefaultLog(
  production: boolean,
  options: ResolvedLogOptions = DEFAULT_LOG_SETTINGS,
): DefaultLog {
  const { pino, stdSerializers, symbols } = loadPino();
  const { fields, file, redact } = options;
  const pretty = options.pretty ?? (!production && isTerminal());
  const plain = (value: unknown): unknown => {
    try {
      // pino's own serializer fails on some errors: frozen ones, cyclic ones, and those whose toJSON() or getters throw.
      if (typeof (value as { toJSON?: unknown } | undefined)?.toJSON !== 'function')
        return stdSerializers.err(value as Error);
    } catch {
      // Described below.
    }
    return describeError(value);
  };
  const err = (value: unknown): unknown => {
    // A file gets the whole error.
    const stack = pretty && file.length === 0 ? developmentTools()?.textFor(value) : undefined;
    return stack === undefined ? plain(value) : { stack };
  };
  let level = options.level ?? (production ? 'info' : 'debug');
  let lowest = LEVELS[level];
  const cleaner = new LineCleaner(redact);
  const bindingsOf = (child: object): unknown => (child as Record<symbol, unknown>)[symbols.chindingsSym];
  const output = new LogOutput({
    pretty,
    files: file.map((each) => ({ file: each, lowest: each.level && LEVELS[each.level] })),
    stdout: (options.stdout ?? file.length === 0) && (production ? 'direct' : 'stream'),
    clean: (line) => cleaner.clean(line),
  });
  const logger = pino(
    {
      // The level is checked by the hook: pino copies it to each child, which would then keep its own.
      level: 'trace',
      hooks: {
        logMethod(line, method, number) {
          if (number < lowest) return;
          cleaner.expect(line, bindingsOf(this), fields !== undefined);
          method.apply(this, line);
        },
      },
      ...(pretty && file.length === 0 && { base: null }),
      serializers: { err },
      mixin(_line, _number, child) {
        const ctx = tryUseContext();
        if (!ctx || hasIds(bindingsOf(child))) return { ...callSafely(fields) };
        const { span } = ctx as Partial<Pick<RequestContext, 'span'>>;
        return {
          ...(span && logFieldsOf(span)),
          ...callSafely(fields),
          correlationId: ctx.request.correlationId,
        };
      },
    },
    output,
  );
  return {
    logger,
    get level() {
      return level;
    },
    set level(to) {
      level = to;
      lowest = LEVELS[to];
    },
    open: () => output.open(),
    close: () => output.close(),
  };
}

/** Whether a child of pino writes the ids of its request already. `bindings` is the JSON of what it adds to each line. */
function hasIds(bindings: unknown): boolean {
  return typeof bindings === 'string' && bindings.includes('"correlationId":');
}

function callSafely(fields: ResolvedLogOptions['fields']): Readonly<Record<string, unknown>> | undefined {
  try {
    return fields?.();
  } catch {
    return undefined;
  }
}
