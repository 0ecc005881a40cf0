import type { ConfigPath } from './paths.ts';

/** Writes a line of a log: `console` and every logger of BlaizeJS can. */
export interface ConfigLogger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Where a value of a configuration came from. */
export interface ConfigOrigin {
  /** `db.url` */
  readonly path: string;
  /** The value as it was given, or `[secret]`. */
  readonly value: unknown;
  /** `config/production.yaml:12`, `APP__DB__URL (the environment)`, `the schema` for defaults. */
  readonly from: string;
  /** What it replaced, the last one first. */
  readonly overrides: readonly string[];
}

/** What a reload has changed. */
export interface ConfigChange {
  /** The keys whose values differ: `log.level`. */
  readonly changed: readonly string[];
  /** Those that nobody listens to: they take effect only after a restart. */
  readonly needRestart: readonly string[];
}

/** Called after a reload with the new values and those before. It may throw: then nothing changes. */
export type ConfigListener<T> = (values: T, previous: T) => unknown;

/** A configuration. */
export interface Config<T> {
  /** The values, frozen. A reload replaces them as a whole. */
  readonly values: T;
  /** Where each value came from. Secrets are hidden. */
  explain(): readonly ConfigOrigin[];
  /**
   * Listens to changes of some keys, or of anything in them: `config.onChange('log.level', ({ log }) => …)`.
   * Listeners run one after the other, before `values` changes. If one throws, those before it are called once more
   * with the old values, and the old configuration stays.
   *
   * @returns a function that ends it
   */
  onChange(paths: ConfigPath<T> | readonly ConfigPath<T>[], listener: ConfigListener<T>): () => void;
  /**
   * Reads everything again. Without a problem, all values change at once; with one, none does.
   *
   * @param logger that writes what has changed. Default: that of `loadConfig()`
   * @throws ConfigError `ERR_BLAIZE_CONFIG`, or what a listener threw. It is logged as well
   */
  reload(logger?: ConfigLogger): Promise<ConfigChange>;
  /** Stops watching the sources. */
  close(): void;
  [Symbol.dispose](): void;
}
