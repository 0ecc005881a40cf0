/** Writes one line: a message, or an object of properties followed by a message. */
export interface LogFunction {
  (message: string): void;
  (properties: object, message?: string): void;
}

/** What the framework needs from a logger. A pino instance is one. */
export interface Logger {
  readonly debug: LogFunction;
  readonly info: LogFunction;
  readonly warn: LogFunction;
  readonly error: LogFunction;
  /** Creates a logger that adds `properties` to each line. */
  child(properties: Record<string, unknown>): Logger;
}

/** What an app takes as its logger: a {@link Logger}, or one without `child`, such as `console`. */
export interface LoggerInput extends Omit<Logger, 'child'> {
  child?(properties: Record<string, unknown>): Logger;
}

/** The lowest level that a log writes. `silent` writes nothing. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
