import { options as shapeOf, orElse, text } from '@blaizejs/errors/internal';
import type { PubSub, SubscribeOptions } from '@blaizejs/types';

import { checkGiven, clientWith, type RedisClient } from './client.ts';
import { Subscriber, type SubscriberClient } from './subscriber.ts';

/** The options of {@link redisPubSub}. */
export interface RedisPubSubOptions {
  /** What the names of all channels begin with. Default: `blaize:`. */
  readonly prefix?: string | undefined;
}

/** A client that can make another one like itself. */
export interface RedisPubSubClient extends RedisClient {
  /** Makes a client of the same server; it must connect by itself. */
  duplicate(): SubscriberClient;
}

/** A client that can make another one. */
export const pubSubClient = clientWith('call', 'duplicate');

const check = shapeOf(
  {
    prefix: orElse(text('a string that is not empty'), 'blaize:'),
  },
  'an object of options, such as { prefix: "app:" }',
);

/**
 * Sends messages between processes through Redis or Valkey.
 *
 * Redis allows a connection that listens nothing else, so the first subscription opens a second one like `client`, which
 * closes with the last subscription. If it breaks, it is made again, and `onConnection` is told.
 *
 * @param client yours: who made it closes it
 * @throws ConfigurationError if the client or an option is not valid
 */
export function redisPubSub(client: RedisPubSubClient, options: RedisPubSubOptions = {}): PubSub {
  const { prefix } = checkGiven('redisPubSub()', [pubSubClient, client], [check, options]);
  let subscriber: Subscriber | undefined;
  return {
    publish: async (channel, message) => {
      await client.call('publish', [prefix + channel, message]);
    },
    subscribe: async (channel, listener, settings: SubscribeOptions = {}) => {
      if (!subscriber || subscriber.isClosed) subscriber = new Subscriber(client.duplicate());
      return subscriber.add(prefix + channel, listener, settings.onConnection);
    },
  };
}
