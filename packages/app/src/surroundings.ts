import type { ContextSettings } from '@blaizejs/context/internal';
import type { Logger, Middleware } from '@blaizejs/types';

import type { OpenRouteFiles } from './app-router.ts';
import type { ErrorSettings } from './record-error.ts';

/** What an app gets from what creates it: `createApp()` or a server. */
export interface Surroundings {
  readonly production: boolean;
  /** Creates the logger if the options have none. */
  createLogger(): Logger;
  /** The names of all limits. */
  readonly limitNames: readonly string[];
  /** The folder of routes, and how to read it. */
  readonly folder?: {
    readonly directory: string | false;
    readonly open: OpenRouteFiles;
    readonly watch: boolean;
  };
  readonly trustProxy?: ContextSettings['trustProxy'];
  readonly pageFor?: ErrorSettings['pageFor'];
  /** In development, creates the hook that shows clients which route files do not load. */
  reloadNotice?(problems: readonly string[]): Middleware | undefined;
  /** Loads what is only needed in development. */
  loadTools?(): Promise<void>;
}
