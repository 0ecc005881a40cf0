import type { ContextSettings } from '@blaizejs/context/internal';
import type { Logger, Middleware } from '@blaizejs/types';

import type { OpenRouteFiles } from './app-router.ts';
import type { ErrorSettings } from './record-error.ts';

/** What an app has from whoever makes it: nothing, or a server. */
export interface Surroundings {
  readonly production: boolean;
  /** Makes the logger if the options have none. */
  createLogger(): Logger;
  /** The names of all limits. */
  readonly limitNames: readonly string[];
  /** Where its routes are, and how they are read. */
  readonly folder?: {
    readonly directory: string | false;
    readonly open: OpenRouteFiles;
    readonly watch: boolean;
  };
  readonly trustProxy?: ContextSettings['trustProxy'];
  readonly pageFor?: ErrorSettings['pageFor'];
  /** In development, makes the hook that shows clients which route files do not load. */
  reloadNotice?(problems: readonly string[]): Middleware | undefined;
  /** Loads what only development has. */
  loadTools?(): Promise<void>;
}
