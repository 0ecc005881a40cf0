import { isIPv6 } from 'node:net';

import { logError, logLine } from '@blaizejs/context/internal';
import {
  checkBuiltIn,
  is,
  isInteger,
  limit,
  list,
  optional,
  options,
  orElse,
  text,
} from '@blaizejs/errors/internal';
import type { Plugin, PluginTarget } from '@blaizejs/types';

import { createPlugin } from '../create-plugin.ts';
import { askConsul, type ConsulOptions, consulShape, serviceName } from './consul-request.ts';

/** Options of {@link consulRegistration}. */
export interface ConsulRegistrationOptions extends ConsulOptions {
  /** What the service is called. */
  readonly name: string;
  /** Where other machines reach this server. */
  readonly address: string;
  /** Default: the port that the server listens on */
  readonly port?: number | undefined;
  /** One instance. Default: name, address and port */
  readonly id?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** What Consul asks for, to see whether this instance should get requests. Default: `/ready`, of `health()` */
  readonly path?: string | undefined;
  /** Milliseconds between two checks. Default: 10,000 */
  readonly interval?: number | undefined;
  /** Milliseconds after which an instance whose check fails is forgotten; Consul's least is a minute. Default: 600,000 */
  readonly forgetAfter?: number | undefined;
  /** Whether Consul asks over TLS, without a look at the certificate. Default: whether the server speaks TLS */
  readonly tls?: boolean | undefined;
}

const check = options(
  {
    ...consulShape,
    name: serviceName,
    address: is<string>('a host name or an IP address', (value) => {
      return typeof value === 'string' && /^[A-Za-z0-9_.:-]+$/.test(value);
    }),
    port: optional(is<number>('a port', (value) => isInteger(value, 1, 65_535))),
    id: optional(text('an id')),
    tags: orElse(list(text('a tag'), 'a list of tags'), []),
    path: orElse(
      is<string>(
        'a path that starts with /',
        (value) => typeof value === 'string' && /^\/[!-~]*$/.test(value),
      ),
      '/ready',
    ),
    interval: limit(10_000),
    forgetAfter: limit(600_000),
    tls: optional(is<boolean>('true or false', (value) => typeof value === 'boolean')),
  },
  'an object of options, such as { name: "orders", address: "10.0.0.5" }',
);

// Milliseconds. An agent that was restarted without its data has forgotten the instance.
const AGAIN = 30_000;
const FIRST_PAUSE = 500;

/**
 * Registers the server with Consul once it listens, keeps it registered, and takes it out as soon as a stop begins: with a
 * `drainDelay`, requests that still come are served. Consul may be away at any time; the log says so.
 *
 * @throws ConfigurationError that lists everything that is wrong with the options
 */
export function consulRegistration(options: ConsulRegistrationOptions): Plugin {
  const resolved = checkBuiltIn('consulRegistration', check, options);
  const name = `consul-registration:${resolved.name}`;
  return createPlugin(name, '1.0.0', (server) => new Registration(server, resolved).hooks)();
}

class Registration {
  readonly #server: PluginTarget;
  readonly #options: ReturnType<typeof check>;
  #timer: NodeJS.Timeout | undefined;
  #pause = FIRST_PAUSE;
  #left: Promise<void> | undefined;
  #isAway = false;
  #last: Promise<void> = Promise.resolve();

  constructor(server: PluginTarget, options: ReturnType<typeof check>) {
    this.#server = server;
    this.#options = options;
  }

  get hooks() {
    return {
      initialize: (): void => {
        this.#server.events.on('closing', this.#onClosing);
      },
      onServerStart: (): void => {
        this.#last = this.#register();
      },
      terminate: async (): Promise<void> => {
        this.#server.events.off('closing', this.#onClosing);
        await (this.#left ??= this.#leave());
      },
    };
  }

  async #register(): Promise<void> {
    if (this.#left) return;
    try {
      await askConsul(this.#options, 'PUT', 'v1/agent/service/register', this.#definition());
      if (this.#isAway) logLine(this.#log, 'info', 'Registered with Consul', { service: this.#id });
      this.#isAway = false;
      this.#pause = FIRST_PAUSE;
      this.#wait(AGAIN);
    } catch (error) {
      if (!this.#isAway) logError(this.#log, 'error', error, 'The server is not registered with Consul');
      this.#isAway = true;
      this.#wait(this.#pause);
      this.#pause = Math.min(this.#pause * 2, AGAIN);
    }
  }

  #wait(time: number): void {
    if (this.#left) return;
    this.#timer = setTimeout(() => {
      this.#last = this.#register();
    }, time).unref();
  }

  readonly #onClosing = (): void => {
    this.#left ??= this.#leave();
  };

  async #leave(): Promise<void> {
    clearTimeout(this.#timer);
    // A registration under way would bring it back.
    await this.#last;
    try {
      await askConsul(this.#options, 'PUT', `v1/agent/service/deregister/${encodeURIComponent(this.#id)}`);
    } catch (error) {
      logError(this.#log, 'error', error, 'The server could not be taken out of Consul');
    }
  }

  readonly #log = () => this.#server.log;

  get #port(): number {
    // An app without a server has no port. What is registered then fails its checks.
    return this.#options.port ?? this.#server.port ?? 0;
  }

  get #id(): string {
    const { id, name, address } = this.#options;
    return id ?? `${name}-${address}-${this.#port}`;
  }

  #definition(): object {
    const { name, address, tags, path, interval, forgetAfter, tls } = this.#options;
    const host = isIPv6(address) ? `[${address}]` : address;
    const scheme = (tls ?? this.#server.url?.startsWith('https:')) ? 'https' : 'http';
    return {
      ID: this.#id,
      Name: name,
      Address: address,
      Port: this.#port,
      Tags: tags,
      Check: {
        HTTP: `${scheme}://${host}:${this.#port}${path}`,
        TLSSkipVerify: scheme === 'https',
        Interval: `${interval}ms`,
        Timeout: `${Math.min(interval, 5000)}ms`,
        DeregisterCriticalServiceAfter: `${forgetAfter}ms`,
      },
    };
  }
}
