import { PluginError } from '@blaizejs/errors';
import { toError } from '@blaizejs/errors/internal';
import type { Context, Plugin, PluginHooks, PluginTarget, Services } from '@blaizejs/types';

import { compilePerRequest, type PerRequest } from './per-request.ts';

type Hook = 'initialize' | 'onServerStart' | 'onServerStop' | 'terminate';

interface Running {
  readonly plugin: Plugin;
  readonly hooks: PluginHooks;
  initialized: boolean;
  started: boolean;
}

/**
 * Takes plugins through their lives: set up, initialised and started in order of registration; stopped and terminated
 * in reverse.
 */
export class PluginHost {
  /** What the plugins provide, by name. One object for the host's whole life. */
  readonly services = {} as Services & Record<string, unknown>;

  readonly #registered: Plugin[] = [];
  readonly #running: Running[] = [];
  readonly #providers = new Map<string, string>();
  readonly #perRequest = new Map<string, PerRequest>();

  /** The registered plugins, in order. */
  get plugins(): readonly Plugin[] {
    return this.#registered;
  }

  /** Makes the services of one request; undefined if no plugin has any of that kind. */
  get perRequest(): ((ctx: Context) => Services) | undefined {
    return this.#perRequest.size === 0 ? undefined : compilePerRequest(this.services, this.#perRequest);
  }

  /**
   * Registers plugins, to be set up with the next {@link PluginHost.setUp}.
   *
   * @throws PluginError for what is not a plugin, and for a second one of the same name
   */
  add(...plugins: Plugin[]): void {
    for (const plugin of plugins) {
      assertPlugin(plugin);
      assertNameIsFree(plugin, this.#registered);
      this.#registered.push(plugin);
    }
  }

  /** Takes back a registration; what is set up stays until {@link PluginHost.stop}. */
  remove(plugin: Plugin): void {
    const index = this.#registered.indexOf(plugin);
    if (index !== -1) this.#registered.splice(index, 1);
  }

  /**
   * Sets up whatever has been registered and is not set up yet, one after the other.
   *
   * @throws PluginError that names the plugin, which is then registered no more; those before it stay, until
   *   {@link PluginHost.stop}
   */
  async setUp(server: PluginTarget): Promise<void> {
    for (let plugin; (plugin = this.#nextToSetUp());) {
      const current = plugin;
      const hooks = await attempt(current, 'failed in setup', () => current.setup(server)).catch(
        (error: unknown) => {
          this.remove(current);
          throw error;
        },
      );
      this.#running.push({ plugin, hooks: hooks ?? {}, initialized: false, started: false });
      this.#provide(plugin, hooks ?? {});
    }
  }

  /** Runs `initialize` of whatever is set up and was not initialised. @throws PluginError */
  async initialize(): Promise<void> {
    for (const running of this.#running) {
      if (running.initialized) continue;
      running.initialized = true;
      await attempt(running.plugin, 'failed in initialize', () => running.hooks.initialize?.());
    }
  }

  /** Runs `onServerStart` of whatever was not started. @throws PluginError */
  async start(): Promise<void> {
    for (const running of this.#running) {
      if (running.started) continue;
      running.started = true;
      await attempt(running.plugin, 'failed in onServerStart', () => running.hooks.onServerStart?.());
    }
  }

  /**
   * Stops and terminates everything that was set up, last first. One that throws or hangs does not keep the others:
   * each hook gets an equal share of the time that is left.
   *
   * @param timeout milliseconds for all of it
   * @returns what went wrong, each error naming its plugin
   */
  async stop(timeout: number): Promise<PluginError[]> {
    const last = this.#running.splice(0).reverse();
    const calls: [Running, Hook][] = [
      ...last.filter(({ started }) => started).map((running): [Running, Hook] => [running, 'onServerStop']),
      ...last.map((running): [Running, Hook] => [running, 'terminate']),
    ].filter(([{ hooks }, hook]) => hooks[hook] !== undefined);

    const deadline = performance.now() + timeout;
    const errors: PluginError[] = [];
    for (const [index, [{ plugin, hooks }, hook]] of calls.entries()) {
      const share = Math.max(0, deadline - performance.now()) / (calls.length - index);
      try {
        await within(share, plugin, hook, () => hooks[hook]?.());
      } catch (error) {
        errors.push(error as PluginError);
      }
    }
    this.#providers.clear();
    this.#perRequest.clear();
    for (const name of Object.keys(this.services)) delete this.services[name];
    return errors;
  }

  #nextToSetUp(): Plugin | undefined {
    return this.#registered.find((plugin) => !this.#running.some((running) => running.plugin === plugin));
  }

  #provide(plugin: Plugin, { services = {}, perRequest = {} }: PluginHooks): void {
    for (const [name, value] of Object.entries(services)) {
      this.#claim(name, plugin);
      this.services[name] = value;
    }
    for (const [name, make] of Object.entries(perRequest as Readonly<Record<string, PerRequest>>)) {
      this.#claim(name, plugin);
      this.#perRequest.set(name, make);
    }
  }

  #claim(name: string, plugin: Plugin): void {
    const provider = this.#providers.get(name);
    if (provider !== undefined) {
      throw new PluginError(
        plugin.name,
        `provides the service "${name}", which "${provider}" provides already.`,
      );
    }
    this.#providers.set(name, plugin.name);
  }
}

async function attempt<T>(plugin: Plugin, what: string, run: () => T): Promise<Awaited<T>> {
  try {
    return await run();
  } catch (error) {
    throw new PluginError(plugin.name, `${what}: ${toError(error).message}`, { cause: error });
  }
}

async function within(ms: number, plugin: Plugin, hook: Hook, run: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new PluginError(
          plugin.name,
          `did not finish ${hook} within ${Math.round(ms)} ms; it was left behind.`,
        ),
      );
    }, ms);
  });
  try {
    await Promise.race([attempt(plugin, `failed in ${hook}`, run), late]);
  } finally {
    clearTimeout(timer);
  }
}

function assertPlugin(plugin: unknown): asserts plugin is Plugin {
  const { name, setup } = (plugin ?? {}) as Partial<Plugin>;
  if (typeof name === 'string' && typeof setup === 'function') return;
  throw new PluginError(
    typeof name === 'string' ? name : String(plugin),
    'is not a plugin: give what createPlugin() returned, called with its options where it has no defaults.',
  );
}

function assertNameIsFree({ name }: Plugin, registered: readonly Plugin[]): void {
  if (!registered.some((other) => other.name === name)) return;
  throw new PluginError(
    name,
    `is registered already. Register it once; to have two of it, rename one: { ...${toIdentifier(name)}(options), name: "${name}-2" }.`,
  );
}

function toIdentifier(name: string): string {
  return name.replaceAll(/[^\w$]+(\w?)/g, (_match, next: string) => next.toUpperCase());
}
