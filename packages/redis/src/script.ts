import { createHash } from 'node:crypto';

import type { RedisClient } from './client.ts';

/** An argument of a script. */
export type Argument = string | number | Uint8Array;

/** A Lua script, which Redis runs as a whole: nothing else happens in between. */
export class Script {
  readonly #text: string;
  readonly #hash: string;

  constructor(text: string) {
    this.#text = text;
    this.#hash = createHash('sha1').update(text).digest('hex');
  }

  /** Runs the script by its hash. Redis may not have it yet, or no longer after a restart: then its text is sent. */
  async run(client: RedisClient, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args];
    try {
      return await client.call('evalsha', [this.#hash, ...rest]);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.call('eval', [this.#text, ...rest]);
    }
  }
}
