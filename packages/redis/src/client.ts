import { type Check, checkOptions, hasMethod } from '@blaizejs/errors/internal';

/** What is needed of a client. Those of `ioredis` fit, `Redis` and `Cluster`, and so do those of `iovalkey`. */
export interface RedisClient {
  /** Sends a command. */
  call(command: string, args: (string | number | Uint8Array)[]): Promise<unknown>;
  /** Sends a command whose answer may be bytes. */
  callBuffer(command: string, args: (string | number | Uint8Array)[]): Promise<unknown>;
}

/** What was probably meant. */
function suggest(value: unknown): string | undefined {
  // Not the URL itself: it may have a password.
  if (typeof value === 'string') return 'Write `new Redis(url)`.';
  return hasMethod(value, 'sendCommand')
    ? 'That of the package `redis` sends commands in another way.'
    : undefined;
}

/** Checks that something is a client with all of these methods. */
export function clientWith(...methods: readonly string[]): Check<RedisClient> {
  return (value, path, report) => {
    if (!methods.every((name) => hasMethod(value, name))) {
      report(path, value, 'a client of ioredis or iovalkey', suggest(value));
    }
    return value as RedisClient;
  };
}

/** A client that stores need. */
export const anyClient: Check<RedisClient> = clientWith('call', 'callBuffer');

/**
 * Checks what a function of this package is given.
 *
 * @param of its name, for the message: `redisPubSub()`
 * @throws ConfigurationError that lists every problem
 */
export function checkGiven<T>(
  of: string,
  [isClient, client]: readonly [Check<RedisClient>, unknown],
  [check, options]: readonly [Check<T>, unknown],
): T {
  return checkOptions(
    (value, path, report) => {
      isClient(client, 'client', report);
      return check(value, path, report);
    },
    options,
    of,
  );
}
