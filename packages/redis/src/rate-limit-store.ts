import { options as shapeOf, orElse, text } from '@blaizejs/errors/internal';
import type { RateLimitAlgorithm, RateLimitPolicy, RateLimitResult, RateLimitStore } from '@blaizejs/types';

import { anyClient, checkGiven, type RedisClient } from './client.ts';
import { rateLimitScript } from './rate-limit-scripts.ts';
import { Script } from './script.ts';

/** The options of {@link redisRateLimitStore}. */
export interface RedisRateLimitStoreOptions {
  /** What all keys begin with. Default: `blaize:rate-limit:`. */
  readonly prefix?: string | undefined;
}

const check = shapeOf(
  {
    prefix: orElse(text('a string that is not empty'), 'blaize:rate-limit:'),
  },
  'an object of options, such as { prefix: "app:" }',
);

/**
 * Counts in Redis or Valkey, for all processes that use the same server. Each request is one script, which Redis runs as a
 * whole and by its own clock, so the limit holds exactly, however many processes there are.
 *
 * ```ts
 * rateLimit({ limit: 100, store: redisRateLimitStore(new Redis()) })
 * ```
 *
 * @param client yours: who made it closes it
 * @throws ConfigurationError if the client or an option is not valid
 */
export function redisRateLimitStore(
  client: RedisClient,
  options: RedisRateLimitStoreOptions = {},
): RateLimitStore {
  const { prefix } = checkGiven('redisRateLimitStore()', [anyClient, client], [check, options]);
  return new RedisRateLimitStore(client, prefix);
}

/** See {@link redisRateLimitStore}. */
export class RedisRateLimitStore implements RateLimitStore {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #scripts: Readonly<Record<RateLimitAlgorithm, Script>>;

  /** @param textOf makes the text of a script */
  constructor(client: RedisClient, prefix: string, textOf: typeof rateLimitScript = rateLimitScript) {
    this.#client = client;
    this.#prefix = prefix;
    const script = (algorithm: RateLimitAlgorithm): Script => new Script(textOf(algorithm));
    this.#scripts = {
      'sliding-window': script('sliding-window'),
      'fixed-window': script('fixed-window'),
      'token-bucket': script('token-bucket'),
      'leaky-bucket': script('leaky-bucket'),
    };
  }

  async consume(
    key: string,
    cost: number,
    { algorithm, limit, window, burst }: RateLimitPolicy,
  ): Promise<RateLimitResult> {
    const args = [cost, limit, window, burst];
    const answer = await this.#scripts[algorithm].run(this.#client, [this.#prefix + key], args);
    const [allowed, remaining = 0, resetAfter = 0, retryAfter = 0, delay = 0] = String(answer)
      .split(' ')
      .map(Number);
    return {
      allowed: allowed === 1,
      remaining,
      resetAfter,
      retryAfter: retryAfter === -1 ? Infinity : retryAfter,
      delay,
    };
  }
}
