import type { AsyncResource } from 'node:async_hooks';
import { isMap } from 'node:util/types';

import type { Context } from '@blaizejs/types';

import { makeResource, storage } from './storage.ts';

// The major versions of Node whose lib/async_hooks.js was read: an AsyncResource refers to a Map of all stores.
const KNOWN_NODES: readonly number[] = [24, 26];
const isKnown = KNOWN_NODES.includes(Number.parseInt(process.versions.node, 10));

/** What {@link runKept} needs of an asynchronous context; undefined if nothing but the context of the request is in it. */
export type KeptContext = AsyncResource | undefined;

/** An asynchronous context without any store. */
let empty: AsyncResource | undefined;

/**
 * As `takeSnapshot()`, for connections of which there may be very many: usually, there is nothing to keep. What
 * AsyncLocalStorage keeps takes a tenth of the memory of an idle WebSocket.
 */
export function keepContext(ctx: Context): KeptContext {
  const resource = storage.getStore() === ctx ? makeResource() : storage.run(ctx, makeResource);
  if (!isKnown || !holdsOnly(resource, ctx)) return resource;
  empty ??= resource.runInAsyncScope(() => storage.run(undefined as never, makeResource));
  return undefined;
}

/** Runs a function in the asynchronous context that was kept. */
export function runKept<T>(ctx: Context, kept: KeptContext, fn: () => T): T {
  if (kept) return kept.runInAsyncScope(fn);
  // The connection may have an asynchronous context of its own, with other stores.
  return empty ? empty.runInAsyncScope(enter<T>, undefined, ctx, fn) : storage.run(ctx, fn);
}

function enter<T>(ctx: Context, fn: () => T): T {
  return storage.run(ctx, fn);
}

function holdsOnly(resource: AsyncResource, ctx: Context): boolean {
  const symbol = Object.getOwnPropertySymbols(resource).find(
    ({ description }) => description === 'context_frame',
  );
  const stores = symbol && (resource as unknown as Record<symbol, unknown>)[symbol];
  return isMap(stores) && stores.size === 1 && stores.get(storage) === ctx;
}
