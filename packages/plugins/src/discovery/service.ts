import { isIPv6 } from 'node:net';

import { ServiceUnavailableError } from '@blaizejs/errors';
import { callback, checkBuiltIn, limit, oneOf, options, orElse } from '@blaizejs/errors/internal';

import { discoveryError } from './discovery-error.ts';
import { order, type Target, type TargetSource } from './target.ts';

/** Options of {@link createService}. */
export interface ServiceOptions {
  /** Default: `http` */
  readonly protocol?: 'http' | 'https' | undefined;
  /** Milliseconds after which instances are looked up again. Default: 5,000 */
  readonly refresh?: number | undefined;
  /** Milliseconds for which an instance that refused a connection comes last. Default: 10,000 */
  readonly setAside?: number | undefined;
  /** How many instances one request may try. Default: 3 */
  readonly attempts?: number | undefined;
  /** What sends the requests. Default: Node's own */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Another service, wherever its instances are. */
export interface Service {
  /**
   * Sends a request to one of the instances. If that one takes no connection, the next one gets it. A request without
   * content whose method is safe (RFC 9110 section 9.2.1) also goes to the next one if the connection breaks.
   *
   * @param path begins with `/`
   * @throws ServiceUnavailableError if there is no instance; what `fetch` throws if the last one fails
   */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The instances, looked up again once `refresh` is over. @throws BlaizeError `ERR_BLAIZE_DISCOVERY` if none were ever found */
  targets(): Promise<readonly Target[]>;
}

const check = options(
  {
    protocol: orElse(oneOf('http', 'https'), 'http'),
    refresh: limit(5000),
    setAside: limit(10_000),
    attempts: limit(3),
    fetch: orElse(callback<typeof globalThis.fetch>(), (...args) => globalThis.fetch(...args)),
  },
  'an object of options, such as { protocol: "https" }',
);

// Nothing was sent: any request may go to the next instance.
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A service whose instances are found by DNS or Consul, or anything with a `load()`. Requests are spread over them by their
 * weights.
 *
 * ```ts
 * const users = createService(srvTargets('_http._tcp.users.service.consul'));
 * const response = await users.fetch('/users/7', { signal: ctx.request.signal });
 * ```
 *
 * @throws ConfigurationError for wrong options
 */
export function createService(source: TargetSource, options: ServiceOptions = {}): Service {
  return new DiscoveredService(source, checkBuiltIn('createService', check, options));
}

class DiscoveredService implements Service {
  readonly #source: TargetSource;
  readonly #options: ReturnType<typeof check>;
  /** Until when an instance comes last, by origin. */
  readonly #aside = new Map<string, number>();
  #known: readonly Target[] | undefined;
  #loadedAt = -Infinity;
  #loading: Promise<readonly Target[]> | undefined;

  constructor(source: TargetSource, options: ReturnType<typeof check>) {
    this.#source = source;
    this.#options = options;
  }

  async targets(): Promise<readonly Target[]> {
    if (this.#known && performance.now() - this.#loadedAt < this.#options.refresh) return this.#known;
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    // Instances that were there a moment ago most likely still are: nobody waits for a lookup but the first.
    return this.#known ?? this.#loading;
  }

  async #load(): Promise<readonly Target[]> {
    this.#loadedAt = performance.now();
    try {
      return (this.#known = await this.#source.load(AbortSignal.timeout(30_000)));
    } catch (error) {
      // While the registry is away, its last answer is the best there is.
      if (this.#known) return this.#known;
      throw error;
    }
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    if (!/^\/(?!\/)/.test(path)) {
      throw discoveryError(`The path of a request to ${this.#source.name} begins with one /: ${path}`);
    }
    const origins = this.#origins(await this.targets().catch(unavailable));
    if (origins.length === 0) unavailable(discoveryError(`${this.#source.name} has no instances.`));
    const { fetch } = this.#options;
    for (const [at, origin] of origins.entries()) {
      try {
        return await fetch(origin + path, init);
      } catch (error) {
        if (!canTryNext(error, init) || at === origins.length - 1) throw error;
        this.#aside.set(origin, performance.now() + this.#options.setAside);
        // The list may be old.
        this.#loadedAt = -Infinity;
      }
    }
    throw discoveryError(`${this.#source.name} has no instances.`);
  }

  #origins(targets: readonly Target[]): string[] {
    const now = performance.now();
    for (const [origin, until] of this.#aside) if (until <= now) this.#aside.delete(origin);
    const origins = order(targets).map(({ host, port }) => {
      return `${this.#options.protocol}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
    });
    const isAside = (origin: string): boolean => this.#aside.has(origin);
    return [...origins.filter((each) => !isAside(each)), ...origins.filter(isAside)].slice(
      0,
      this.#options.attempts,
    );
  }
}

function unavailable(cause: unknown): never {
  throw new ServiceUnavailableError('A service that is needed for this request is not available.', { cause });
}

function canTryNext(error: unknown, { method = 'GET', body, signal }: RequestInit): boolean {
  if (signal?.aborted || body instanceof ReadableStream) return false;
  const codes = codesOf((error as { cause?: unknown }).cause);
  if (codes.length > 0 && codes.every((code) => NOT_CONNECTED.has(code))) return true;
  return codes.length > 0 && SAFE.has(method.toUpperCase()) && (body ?? null) === null;
}

/** The codes of a failure: of each address, if several were tried. */
function codesOf(cause: unknown): string[] {
  if (cause instanceof AggregateError) return cause.errors.flatMap(codesOf);
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? [code] : [];
}
