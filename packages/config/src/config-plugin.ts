import { checkOptions, callback, is, isObject, optional, options } from '@blaizejs/errors/internal';
import type { Plugin, PluginTarget, TlsUpdate } from '@blaizejs/types';

import type { Config } from './config.ts';
import type { ConfigPath } from './paths.ts';

/** What a change of some keys sets. */
export interface Applied<T, Value> {
  /** The keys: `'log.level'`. */
  readonly paths: ConfigPath<T> | readonly ConfigPath<T>[];
  /** What they stand for. */
  readonly read: (values: T) => Value;
}

/** Options of {@link configPlugin}. */
export interface ConfigPluginOptions<T> {
  /** The level of `server.log`, which has to be a pino logger or another one with a `level`. It's set at start too. */
  readonly logLevel?: Applied<T, string> | undefined;
  /**
   * Certificates, for `server.updateTls()`. Their files are read again with every reload, whether or not their names
   * change.
   */
  readonly tls?: Applied<T, TlsUpdate> | undefined;
  /**
   * The signal that reloads. Default: `SIGHUP` in production; none in development, where a terminal sends it when it
   * closes, and on Windows
   */
  readonly signal?: NodeJS.Signals | false | undefined;
}

const applied = is<Applied<never, never>>(
  'an object { paths, read }',
  (value) => isObject(value) && 'paths' in value && typeof value['read'] === 'function',
);

const check = options(
  {
    logLevel: optional(applied),
    tls: optional(applied),
    signal: optional(
      is<string | false>(
        'the name of a signal, or false',
        (value) => value === false || /^SIG[A-Z\d]+$/.test(String(value)),
      ),
    ),
  },
  'an object',
);

/**
 * A plugin that reloads a configuration on a signal, and applies what a running server can change: its log level and
 * its certificates. Whatever else changes is named in a line of the log that says that a restart is needed. Handlers
 * find the configuration at `ctx.services.config`.
 *
 * @throws ConfigurationError for wrong options
 */
export function configPlugin<T>(
  config: Config<T>,
  options: ConfigPluginOptions<T> = {},
): Plugin<{ readonly config: Config<T> }> {
  checkOptions(check, options, 'configPlugin()');
  checkOptions(
    callback('of a configuration: what loadConfig() returned'),
    (config as Partial<Config<T>> | undefined)?.reload,
    'configPlugin()',
  );
  const { logLevel, tls } = options;
  return {
    name: 'config',
    version: '1.0.0',
    setup(server) {
      const stops: (() => void)[] = [];
      let updates = 0;
      const updateTls = async (values: T): Promise<void> => {
        updates++;
        if (tls) await server.updateTls?.(tls.read(values));
      };
      const reload = async (): Promise<void> => {
        const before = updates;
        try {
          await config.reload(server.log);
        } catch {
          // It's in the log.
          return;
        }
        if (!tls || updates !== before) return;
        try {
          await updateTls(config.values);
        } catch (error) {
          server.log.error(`The certificates were not replaced, so the old ones stay. ${String(error)}`);
        }
      };
      const signal = options.signal ?? defaultSignal(server);
      const onSignal = (): void => void reload();
      return {
        services: { config },
        initialize: () => {
          if (logLevel) {
            setLevel(server, logLevel.read(config.values));
            stops.push(config.onChange(logLevel.paths, (values) => setLevel(server, logLevel.read(values))));
          }
          if (tls && server.updateTls) stops.push(config.onChange(tls.paths, updateTls));
          if (signal !== false) {
            process.on(signal, onSignal);
            stops.push(() => process.off(signal, onSignal));
          }
        },
        terminate: () => {
          for (const stop of stops.splice(0)) stop();
        },
      };
    },
  };
}

function defaultSignal(server: PluginTarget): NodeJS.Signals | false {
  return server.mode === 'production' && process.platform !== 'win32' ? 'SIGHUP' : false;
}

function setLevel(server: PluginTarget, level: string): void {
  const log = server.log as { level?: unknown };
  if (typeof log.level !== 'string') {
    server.log.warn('The log level of the configuration is not applied: the logger has no `level`.');
    return;
  }
  // pino throws if it does not know a level.
  log.level = level;
}
