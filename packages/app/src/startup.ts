import type { Plugins } from '@blaizejs/plugins/internal';
import type { Plugin, PluginTarget } from '@blaizejs/types';

import type { Additions } from './additions.ts';

/** The steps of a start. */
export interface StartupSteps {
  readonly plugins: Plugins;
  readonly additions: Additions;
  /** What plugins are set up on. */
  readonly target: PluginTarget;
  /** Milliseconds that plugins have to stop if the start is undone. */
  readonly timeout: number;
  loadTools(): Promise<void>;
  loadRoutes(): Promise<void>;
  closeRoutes(): Promise<void>;
  /** Called once everything is loaded. If it throws, the start is undone. */
  onReady(): void;
  /** Called after that, before plugins start. */
  announce(): Promise<void>;
  /** Called with the errors of plugins that fail to stop. */
  report(error: unknown): void;
}

/** Starts an app: sets up and initialises plugins, loads routes, starts plugins. Each step runs once, however often it is called. */
export class Startup {
  readonly #steps: StartupSteps;
  #settingUp: Promise<void> = Promise.resolve();
  #ready: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #isReady = false;

  constructor(steps: StartupSteps) {
    this.#steps = steps;
  }

  /** Whether everything is loaded. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves when no plugin is being set up. */
  get settingUp(): Promise<void> {
    return this.#settingUp;
  }

  /** Resolves when nothing is being loaded. Never rejects. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#settingUp, this.#ready]);
  }

  /** Loads everything. */
  ready(): Promise<void> {
    return (this.#ready ??= this.#makeReady());
  }

  /** Starts the plugins. */
  start(): Promise<void> {
    return (this.#starting ??= this.#steps.plugins.start());
  }

  /** Brings a plugin that was registered late to the stage of the others. If that fails, it is removed completely. */
  async catchUp(plugin: Plugin): Promise<void> {
    const { plugins, timeout } = this.#steps;
    try {
      await this.#setUp(plugin);
      if (this.#isReady) await plugins.initialize();
      if (this.#starting) await plugins.start();
    } catch (error) {
      for (const failure of await plugins.drop(plugin, timeout)) this.#steps.report(failure);
      throw error;
    }
  }

  /** Undoes a failed start: stops plugins, and removes what they added. */
  async undo(): Promise<void> {
    const { plugins, additions, timeout } = this.#steps;
    this.#isReady = false;
    this.#ready = this.#starting = undefined;
    await this.#steps.closeRoutes();
    for (const error of await plugins.stop(timeout)) this.#steps.report(error);
    additions.undo();
  }

  async #makeReady(): Promise<void> {
    const { plugins, additions } = this.#steps;
    try {
      await this.#steps.loadTools();
      await this.#setUp();
      await additions.record(async () => {
        await plugins.initialize();
        await this.#steps.loadRoutes();
      });
      this.#isReady = true;
      this.#steps.onReady();
    } catch (error) {
      const failed = this.#ready;
      await this.undo();
      // Later calls get the same error.
      this.#ready = failed;
      throw error;
    }
    await this.#steps.announce();
  }

  /** Sets up all registered plugins, one after the other. @param last as in {@link PluginHost.setUp} */
  #setUp(last?: Plugin): Promise<void> {
    const { plugins, target } = this.#steps;
    const settingUp = this.#settingUp.then(() => plugins.setUp(target, last));
    this.#settingUp = settingUp.catch(() => undefined);
    return settingUp;
  }
}
