import { createApp } from '@blaizejs/app';
import type { App, Logger } from '@blaizejs/types';

import { jobs, type JobsOptions, type JobStore, type QueueDefinitions, type QueuesOf } from '../src/index.ts';

/** A line of a log. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** A logger that keeps what it is told. */
export function collectLog(): { readonly lines: Line[]; readonly logger: Logger } {
  const lines: Line[] = [];
  const make = (bound: object): Logger => {
    const write =
      (level: string) =>
      (first: unknown, second?: string): void => {
        const message = typeof first === 'string' ? first : (second ?? '');
        lines.push({ level, message, fields: { ...bound, ...(typeof first === 'object' && first) } });
      };
    return {
      ...{ debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
      child: (more) => make({ ...bound, ...more }),
    };
  };
  return { lines, logger: make({}) };
}

/** A running app with queues. */
export interface RunningJobs<Queues extends QueueDefinitions> extends AsyncDisposable {
  readonly app: App;
  readonly queues: QueuesOf<Queues>;
  readonly plugin: ReturnType<typeof jobs<Queues>>;
  readonly lines: readonly Line[];
}

/** Starts an app with queues. */
export async function runJobs<const Queues extends QueueDefinitions>(
  queues: Queues,
  options: Omit<JobsOptions<Queues>, 'queues'> & { readonly shutdownTimeout?: number } = {},
): Promise<RunningJobs<Queues>> {
  const { shutdownTimeout = 2000, ...rest } = options;
  const { lines, logger } = collectLog();
  const plugin = jobs({ queues, ...rest });
  const app = createApp({ plugins: [plugin], logger, shutdownTimeout });
  // Plugins of an app start with its first request.
  await app.fetch(new Request('https://localhost/'));
  const services = app.services as unknown as { readonly jobs: QueuesOf<Queues> };
  return { app, plugin, lines, queues: services.jobs, [Symbol.asyncDispose]: () => app.close() };
}

/** Something that a test waits for. */
export function signalOf<T = void>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
} {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((each) => (resolve = each));
  return { promise, resolve };
}

/** A store some of whose methods are others. */
export function changed(store: JobStore, methods: Partial<JobStore>): JobStore {
  return new Proxy(store, {
    get: (target, name) => {
      const own: unknown = Reflect.get(methods, name);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
