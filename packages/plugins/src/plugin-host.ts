import { AsyncLocalStorage } from 'node:async_hooks';

import { PluginError } from '@blaizejs/errors';
import type { Context, Plugin, PluginHooks, PluginTarget, Services } from '@blaizejs/types';

import { compilePerRequest, type PerRequest } from './per-request.ts';
import { hooksOf } from './plugin-hooks.ts';
import { attempt, type Hook, within } from './run-hook.ts';

interface Running {
  readonly plugin: Plugin;
  readonly hooks: PluginHooks;
  initialized: boolean;
  started: boolean;
}

/** What plugins add to an app besides their services: routes, middleware and the like. */
export interface PluginAdditions {
  /** Runs a part of a plugin, and records what it adds. */
  record<T>(run: () => Promise<T>, plugin: Plugin): Promise<T>;
  /** Removes what a plugin has added. */
  undo(plugin: Plugin): void;
}

/** The settings of a host. */
export interface PluginHostSettings {
  /** Milliseconds for each start-up hook. Default: 0, which is no limit. */
  readonly timeout?: number | undefined;
  readonly additions?: PluginAdditions | undefined;
}

const NO_ADDITIONS: PluginAdditions = { record: (run) => run(), undo: () => undefined };

/**
 * Runs the life cycle of plugins: sets them up, initialises and starts them in order of registration; stops and terminates
 * them in reverse.
 */
export class PluginHost {
  /** What the plugins provide, by name. It is always the same object. */
  readonly services = {} as Services & Record<string, unknown>;

  readonly #registered: Plugin[] = [];
  readonly #running: Running[] = [];
  readonly #providers = new Map<string, string>();
  readonly #perRequest = new Map<string, PerRequest>();
  /** Why a plugin was removed. */
  readonly #failed = new WeakMap<Plugin, unknown>();
  /** The plugin that is being set up, and the storage that is set in everything that its `setup` calls. */
  #inSetup: { readonly plugin: Plugin; readonly storage: AsyncLocalStorage<true> } | undefined;
  /** What the plugins were set up on. */
  #target: PluginTarget | undefined;
  readonly #timeout: number;
  readonly #additions: PluginAdditions;

  constructor({ timeout = 0, additions = NO_ADDITIONS }: PluginHostSettings = {}) {
    this.#timeout = timeout;
    this.#additions = additions;
  }

  /** The registered plugins, in order. */
  get plugins(): readonly Plugin[] {
    return this.#registered;
  }

  /** Makes the services of one request; undefined if no plugin provides services per request. */
  get perRequest(): ((ctx: Context) => Services) | undefined {
    return this.#perRequest.size === 0 ? undefined : compilePerRequest(this.services, this.#perRequest);
  }

  /**
   * Registers plugins. The next {@link PluginHost.setUp} sets them up.
   *
   * @throws PluginError if it is not a plugin, if there is one of that name, and in the `setup` of another plugin
   */
  add(...plugins: Plugin[]): void {
    for (const plugin of plugins) {
      assertPlugin(plugin);
      this.#assertNotInSetup(plugin);
      assertNameIsFree(plugin, this.#registered);
      this.#registered.push(plugin);
      this.#failed.delete(plugin);
    }
  }

  /** Removes a registration. A plugin that is already set up stays until {@link PluginHost.stop}. */
  remove(plugin: Plugin): void {
    const index = this.#registered.indexOf(plugin);
    if (index !== -1) this.#registered.splice(index, 1);
  }

  /**
   * Sets up all registered plugins that are not set up yet, one after the other.
   *
   * @param last the last one to set up. Default: all
   * @throws PluginError that names the plugin, which is then removed completely; those before it stay until
   *   {@link PluginHost.stop}
   */
  async setUp(server: PluginTarget, last?: Plugin): Promise<void> {
    this.#target = server;
    for (let plugin; (plugin = this.#nextToSetUp(last));) {
      try {
        await this.#setUpOne(plugin, server);
      } catch (error) {
        this.#failed.set(plugin, error);
        this.remove(plugin);
        this.#additions.undo(plugin);
        throw error;
      }
    }
    // Another call may have tried to set it up.
    if (last && this.#failed.has(last)) throw this.#failed.get(last);
  }

  /** Runs `initialize` of all plugins that are set up and not initialised yet. @throws PluginError */
  async initialize(): Promise<void> {
    for (const running of this.#running) {
      if (running.initialized) continue;
      running.initialized = true;
      await this.#up(running.plugin, 'initialize', () => running.hooks.initialize?.());
    }
  }

  /** Runs `onServerStart` of all plugins that are not started yet. @throws PluginError */
  async start(): Promise<void> {
    for (const running of this.#running) {
      if (running.started) continue;
      running.started = true;
      await this.#up(running.plugin, 'onServerStart', () => running.hooks.onServerStart?.());
    }
  }

  /**
   * Removes one plugin as if it had never been registered: stops and terminates it, and removes its services and what it
   * added.
   *
   * @param timeout milliseconds for its hooks
   * @returns the errors, as {@link PluginHost.stop} does
   */
  async drop(plugin: Plugin, timeout: number): Promise<PluginError[]> {
    this.remove(plugin);
    this.#additions.undo(plugin);
    const index = this.#running.findIndex((running) => running.plugin === plugin);
    if (index === -1) return [];
    const errors = await this.#takeDown(this.#running.splice(index, 1), timeout);
    for (const [name, provider] of this.#providers) if (provider === plugin.name) this.#withdraw(name);
    return errors;
  }

  /**
   * Stops and terminates all plugins that were set up, last first. One that throws or hangs does not affect the others: each
   * hook gets an equal share of the remaining time.
   *
   * @param timeout milliseconds for all hooks together
   * @returns the errors, each of which names its plugin
   */
  async stop(timeout: number): Promise<PluginError[]> {
    const errors = await this.#takeDown(this.#running.splice(0).reverse(), timeout);
    for (const name of this.#providers.keys()) this.#withdraw(name);
    return errors;
  }

  async #takeDown(last: readonly Running[], timeout: number): Promise<PluginError[]> {
    const calls: [Running, Hook][] = [
      ...last.filter(({ started }) => started).map((running): [Running, Hook] => [running, 'onServerStop']),
      ...last.map((running): [Running, Hook] => [running, 'terminate']),
    ].filter(([{ hooks }, hook]) => hooks[hook] !== undefined);

    const deadline = performance.now() + timeout;
    const errors: PluginError[] = [];
    for (const [index, [{ plugin, hooks }, hook]] of calls.entries()) {
      const share = Math.max(0, deadline - performance.now()) / (calls.length - index);
      try {
        const late = `did not finish ${hook} within ${Math.round(share)} ms; it was left behind.`;
        await within(
          share,
          () => new PluginError(plugin.name, late),
          attempt(plugin, hook, this.#target, () => hooks[hook]?.()),
        );
      } catch (error) {
        errors.push(error as PluginError);
      }
    }
    return errors;
  }

  async #setUpOne(plugin: Plugin, server: PluginTarget): Promise<void> {
    const setup: { running?: Promise<PluginHooks | void> } = {};
    let returned: unknown;
    try {
      returned = await this.#up(plugin, 'setup', () => (setup.running = this.#runSetup(plugin, server)));
      const hooks = hooksOf(plugin, returned, server);
      this.#provide(plugin, hooks);
      this.#running.push({ plugin, hooks, initialized: false, started: false });
    } catch (error) {
      // Otherwise what it has opened, or opens later, would stay open.
      const released = setup.running?.then((hooks) => hooks?.terminate?.());
      if (returned !== undefined) await released?.catch(() => undefined);
      else released?.catch(() => undefined);
      throw error;
    }
  }

  async #runSetup(plugin: Plugin, server: PluginTarget): Promise<PluginHooks | void> {
    const storage = new AsyncLocalStorage<true>();
    const inSetup = (this.#inSetup = { plugin, storage });
    try {
      return await storage.run(true, () => plugin.setup(server));
    } finally {
      if (this.#inSetup === inSetup) this.#inSetup = undefined;
      release(storage);
    }
  }

  /** Plugins are set up one after the other: a `setup` that waited for another would wait for itself. */
  #assertNotInSetup({ name }: Plugin): void {
    if (this.#inSetup?.storage.getStore() === undefined) return;
    const outer = this.#inSetup.plugin.name;
    throw new PluginError(
      name,
      `cannot be registered in setup of "${outer}", which would wait for itself. Add it to \`plugins\` before "${outer}", or register it in initialize.`,
    );
  }

  /** Runs one start-up hook. */
  #up<T>(plugin: Plugin, hook: Hook | 'setup', run: () => T): Promise<Awaited<T>> {
    const late = (): PluginError =>
      new PluginError(
        plugin.name,
        `did not finish ${hook} within ${this.#timeout} ms. If it needs longer, raise the option \`pluginTimeout\`.`,
      );
    return this.#additions.record(() => {
      const running = attempt(plugin, hook, this.#target, run);
      return this.#timeout === 0 ? running : within(this.#timeout, late, running);
    }, plugin);
  }

  #nextToSetUp(last: Plugin | undefined): Plugin | undefined {
    const end = last ? this.#registered.indexOf(last) + 1 : this.#registered.length;
    return this.#registered
      .slice(0, end)
      .find((plugin) => !this.#running.some((running) => running.plugin === plugin));
  }

  /** @throws PluginError if another plugin provides a service of that name; none is added then */
  #provide(plugin: Plugin, { services = {}, perRequest = {} }: PluginHooks): void {
    const makers = Object.entries(perRequest as Readonly<Record<string, PerRequest>>);
    for (const name of [...Object.keys(services), ...makers.map(([own]) => own)]) {
      const provider =
        this.#providers.get(name) ??
        (Object.hasOwn(services, name) && Object.hasOwn(perRequest, name) ? plugin.name : undefined);
      if (provider === undefined) continue;
      throw new PluginError(
        plugin.name,
        `provides the service "${name}", which "${provider}" provides already.`,
      );
    }
    for (const [name, value] of Object.entries(services)) {
      this.#providers.set(name, plugin.name);
      this.services[name] = value;
    }
    for (const [name, make] of makers) {
      this.#providers.set(name, plugin.name);
      this.#perRequest.set(name, make);
    }
  }

  #withdraw(name: string): void {
    this.#providers.delete(name);
    this.#perRequest.delete(name);
    delete this.services[name];
  }
}

/** Before Node 24, a storage that was used slows down everything asynchronous until it is disabled. */
function release(storage: AsyncLocalStorage<true>): void {
  try {
    storage.disable();
  } catch {
    // Workers have no `disable()`, and no such cost.
  }
}

function assertPlugin(plugin: unknown): asserts plugin is Plugin {
  const { name, setup } = (plugin ?? {}) as Partial<Plugin>;
  if (typeof name === 'string' && typeof setup === 'function') return;
  throw new PluginError(
    typeof name === 'string' ? name : String(plugin),
    'is not a plugin. Pass what createPlugin() returned, called with its options if it has no defaults.',
  );
}

function assertNameIsFree({ name }: Plugin, registered: readonly Plugin[]): void {
  if (!registered.some((other) => other.name === name)) return;
  throw new PluginError(
    name,
    `is registered already. To use it twice, rename one: { ...${toIdentifier(name)}(options), name: "${name}-2" }.`,
  );
}

function toIdentifier(name: string): string {
  return name.replaceAll(/[^\w$]+(\w?)/g, (_match, next: string) => next.toUpperCase());
}
