/** Writes one line: a message, or an object of fields followed by a message. */
export interface LogFunction {
  (message: string): void;
  (fields: object, message?: string): void;
}

/** What the framework needs from a logger. A pino instance is one as it is. */
export interface Logger {
  readonly debug: LogFunction;
  readonly info: LogFunction;
  readonly warn: LogFunction;
  readonly error: LogFunction;
  /** A logger that adds `fields` to each of its lines. */
  child(fields: Record<string, unknown>): Logger;
}
