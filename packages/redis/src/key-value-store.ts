import { options as shapeOf, text } from '@blaizejs/errors/internal';
import type { KeyValueOptions, KeyValueStore } from '@blaizejs/types';

import { anyClient, checkGiven, type RedisClient } from './client.ts';
import { DELETE, DELETE_TAG, REPLACE, SET } from './key-value-scripts.ts';
import { Script } from './script.ts';

/** The options of {@link redisKeyValueStore}. */
export interface RedisKeyValueStoreOptions {
  /**
   * What all keys begin with; two stores of one Redis need two. In a Redis Cluster, tags need all keys in one place: give
   * the prefix a hash tag, as in `{cache}:`.
   */
  readonly prefix: string;
}

/** Values that are deleted at once. Other clients of Redis wait for that long. */
const BATCH = 1000;

const check = shapeOf(
  { prefix: text('a string that is not empty') },
  'an object of options, such as { prefix: "cache:" }',
);

/** A store in Redis, see {@link redisKeyValueStore}. */
export interface RedisKeyValueStore extends KeyValueStore {
  replace: NonNullable<KeyValueStore['replace']>;
}

const setScript = new Script(SET);
const replaceScript = new Script(REPLACE);
const deleteScript = new Script(DELETE);
const deleteTagScript = new Script(DELETE_TAG);

/**
 * Keeps bytes in Redis or Valkey, for all processes that use the same server.
 *
 * A value, its tags and its end are stored and deleted as one. `deleteTag()` deletes what has the tag at that time, a
 * thousand values at a time; values that are stored with it while it runs may be deleted too.
 *
 * @param client yours: who made it closes it
 * @throws ConfigurationError if the client or an option is not valid
 */
export function redisKeyValueStore(
  client: RedisClient,
  options: RedisKeyValueStoreOptions,
): RedisKeyValueStore {
  const { prefix } = checkGiven('redisKeyValueStore()', [anyClient, client], [check, options]);
  const valueOf = (key: string): string => `${prefix}v:${key}`;
  const tags = `${prefix}t:`;
  const write = (value: Uint8Array, { ttl, tags: named = [] }: KeyValueOptions) => [
    readTtl(ttl),
    bufferOf(value),
    ...new Set(named),
  ];
  return {
    get: async (key) => {
      const value = await client.callBuffer('hget', [valueOf(key), 'v']);
      return value instanceof Uint8Array ? value : undefined;
    },
    set: async (key, value, settings = {}) => {
      const name = valueOf(key);
      await setScript.run(client, [name], [tags, Buffer.byteLength(name), ...write(value, settings)]);
    },
    replace: async (key, expected, value, settings = {}) => {
      const name = valueOf(key);
      const before = expected ? [1, bufferOf(expected)] : [0, ''];
      const after = value ? write(value, settings) : [0, ''];
      const args = [tags, Buffer.byteLength(name), ...before, ...after];
      return (await replaceScript.run(client, [name], args)) === 1;
    },
    delete: async (key) => {
      const name = valueOf(key);
      await deleteScript.run(client, [name], [tags, Buffer.byteLength(name)]);
    },
    deleteTag: async (tag) => {
      const args = [Buffer.byteLength(tag), BATCH];
      let rounds = 1;
      for (let round = 0; round < rounds; round++) {
        const [, left] = (await deleteTagScript.run(client, [tags + tag], args)) as [number, number];
        // What is added in the meantime is not for this call, which would otherwise not end.
        if (round === 0) rounds += Math.ceil(left / BATCH);
      }
    },
  };
}

/** The time of a value in whole milliseconds; -1 if it has no end. */
function readTtl(ttl: number | undefined): number {
  if (ttl === undefined || ttl === Infinity) return -1;
  if (Number.isNaN(ttl)) throw new RangeError('The `ttl` of a value must be milliseconds, not NaN.');
  return Math.max(Math.ceil(ttl), 0);
}

/** The same bytes, as a client takes them. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
