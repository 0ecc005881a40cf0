import { type Check, hasMethod, is } from '@blaizejs/errors/internal';

/** What is needed of a client. Those of `ioredis` fit, `Redis` and `Cluster`, and so do those of `iovalkey`. */
export interface RedisClient {
  /** Sends a command. */
  call(command: string, args: (string | number | Uint8Array)[]): Promise<unknown>;
  /** Sends a command whose answer may be bytes. */
  callBuffer(command: string, args: (string | number | Uint8Array)[]): Promise<unknown>;
}

/** Checks that something is a client: that of the package `redis` is not, as it sends commands in another way. */
export const client: Check<RedisClient> = is(
  'a client of ioredis or iovalkey',
  (value) => hasMethod(value, 'call') && hasMethod(value, 'callBuffer'),
);
