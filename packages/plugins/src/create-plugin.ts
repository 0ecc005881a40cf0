import { BlaizeError } from '@blaizejs/errors';
import type { Plugin, PluginHooks, PluginTarget } from '@blaizejs/types';

/**
 * What `setup` may return.
 *
 * @typeParam Names the keys of the returned object; an unknown one does not compile
 */
export type SetupResult<
  Provides extends object = object,
  PerRequest extends object = object,
  Names extends PropertyKey = keyof PluginHooks,
> = HooksOf<Provides, PerRequest, Names> | void | Promise<HooksOf<Provides, PerRequest, Names> | void>;

type HooksOf<Provides extends object, PerRequest extends object, Names extends PropertyKey> = PluginHooks<
  Provides,
  PerRequest
> & { readonly [Name in Names]?: unknown } & {
  // The compiler shows this.
  readonly [
    Name in Unknown<NoInfer<Names>>
  ]?: `A plugin has no "${Name & string}"; it has services, perRequest, initialize, onServerStart, onServerStop and terminate.`;
};

// The keys of an object with computed keys are not known.
type Unknown<Names> = string extends Names ? never : Exclude<Names, keyof PluginHooks>;

// An intersection with `object` would only be longer.
type Provided<Provides extends object, PerRequest extends object> = object extends PerRequest
  ? Provides
  : Provides & PerRequest;

/** What {@link createPlugin} returns: a plugin, and a function that makes one with other options. */
export type PluginFactory<Options extends object, Provides extends object> = Plugin<Provides> &
  ((options?: Partial<Options>) => Plugin<Provides>);

/** As {@link PluginFactory}, but without defaults: it must be called with options. */
export type ConfigurablePlugin<Options extends object, Provides extends object> = (
  options: Options,
) => Plugin<Provides>;

/**
 * Creates a plugin: something that starts and stops with the server, such as a database, a cache, or a set of routes.
 *
 * ```ts
 * const database = createPlugin(
 *   'database',
 *   '1.0.0',
 *   async (_server, options: { url: string }) => {
 *     const db = await connect(options.url);
 *     return { services: { db }, terminate: () => db.close() };
 *   },
 *   { url: 'file:app.db' },
 * );
 *
 * createServer({ routesDir, plugins: [database] });                     // with the defaults, or
 * createServer({ routesDir, plugins: [database({ url: 'file:x' })] });  // with options
 * ```
 *
 * @param setup runs when the plugin is registered, in order of registration; it may use the server
 *   (`server.use`, `server.router`) and return hooks and services
 * @param defaults the values of options that are not given
 * @throws BlaizeError `ERR_BLAIZE_PLUGIN_DEFINITION` if name, version or setup is missing
 */
export function createPlugin<
  Options extends object,
  Provides extends object = object,
  PerRequest extends object = object,
  Names extends PropertyKey = never,
>(
  name: string,
  version: string,
  setup: (server: PluginTarget, options: Options) => SetupResult<Provides, PerRequest, Names>,
  defaults: NoInfer<Options>,
): PluginFactory<Options, Provided<Provides, PerRequest>>;
// One signature per number of arguments, so that the compiler's error is about the intended one.
export function createPlugin<
  Options extends object = never,
  Provides extends object = object,
  PerRequest extends object = object,
  Names extends PropertyKey = never,
>(
  name: string,
  version: string,
  setup: (server: PluginTarget, options: Options) => SetupResult<Provides, PerRequest, Names>,
): [Options] extends [never]
  ? PluginFactory<object, Provided<Provides, PerRequest>>
  : ConfigurablePlugin<Options, Provided<Provides, PerRequest>>;
export function createPlugin<Options extends object, Provides extends object>(
  name: string,
  version: string,
  setup: (server: PluginTarget, options: Options) => SetupResult<Provides>,
  defaults?: Options,
): PluginFactory<Options, Provides> {
  assertNonEmpty('name', name, name);
  assertNonEmpty('version', version, name);
  if (typeof setup !== 'function') throw invalid(name, `setup is a function, not ${typeof setup}`);

  const make = (options?: Partial<Options>): Plugin<Provides> => {
    const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
    const merged = { ...defaults, ...Object.fromEntries(given) } as Options;
    return { name, version, setup: (server) => setup(server, merged) };
  };
  // If `setup` takes options and there are no defaults, this is not a plugin until it is called.
  const isComplete = defaults !== undefined || setup.length < 2;
  // `name` of a function can't be assigned, only defined.
  return Object.defineProperties(make, {
    name: { value: name, enumerable: true },
    version: { value: version, enumerable: true },
    ...(isComplete && { setup: { value: (server: PluginTarget) => make().setup(server) } }),
  }) as PluginFactory<Options, Provides>;
}

function assertNonEmpty(what: string, value: unknown, name: unknown): void {
  if (typeof value !== 'string' || value === '') throw invalid(name, `${what} is a non-empty string`);
}

function invalid(name: unknown, problem: string): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_PLUGIN_DEFINITION',
    `createPlugin(${JSON.stringify(name)}, …): ${problem}.`,
  );
}
