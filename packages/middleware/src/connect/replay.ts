import { Readable } from 'node:stream';

import { toChunk } from '@blaizejs/context/internal';
import type { HookContext } from '@blaizejs/types';

import type { Bridge, Waiting } from './bridge.ts';

/**
 * Lets an answer that did not come from Connect middleware pass through what the middleware has made of `res.writeHead()`, `write()`
 * and `end()`, and records what comes out. That is how such middleware compresses answers, or sets a cookie at the last moment.
 */
export function replay(bridge: Bridge, ctx: HookContext): void | Promise<void> {
  const { res } = bridge;
  const { request, response } = ctx;
  const payload = response.payload();
  if (payload instanceof Readable) {
    if (request.method !== 'HEAD') return replayStream(bridge, ctx, payload);
    // Its bytes are not sent, so nothing reads them.
    return waitFor(bridge, (done) =>
      res.passWhole(response.statusCode, null, () => done(() => keepHead(bridge, ctx))),
    );
  }
  return waitFor(bridge, (done) =>
    res.passWhole(response.statusCode, payload, (kept) => done(() => keepWhole(bridge, ctx, payload, kept))),
  );
}

function keepHead({ res }: Bridge, { response }: HookContext): void {
  if (res.statusCode !== response.statusCode) response.status(res.statusCode);
}

function keepWhole(
  bridge: Bridge,
  ctx: HookContext,
  payload: string | Uint8Array | null,
  kept: readonly Buffer[],
): void {
  const { response } = ctx;
  keepHead(bridge, ctx);
  const bytes = kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept);
  if (payload === null ? bytes.length === 0 : isSame(bytes, payload)) return;
  const hasType = response.get('content-type') !== undefined;
  response.send(bytes);
  if (hasType) return;
  // Encoding has set one, although the middleware has removed it.
  response.payload();
  response.header('content-type', undefined);
}

function isSame(bytes: Buffer, payload: string | Uint8Array): boolean {
  return typeof payload === 'string' ? bytes.equals(Buffer.from(payload)) : bytes.equals(payload);
}

function replayStream(bridge: Bridge, ctx: HookContext, source: Readable): void | Promise<void> {
  const { res } = bridge;
  const { response } = ctx;
  return waitFor(bridge, (done, fail) => {
    res.passStream(response.statusCode, (body) => {
      done(() => {
        keepHead(bridge, ctx);
        const length = response.get('content-length');
        response.send(body);
        // A stream has none of its own.
        if (length !== undefined) response.header('content-length', length);
      });
    });
    const isLive = /^text\/event-stream/i.test(response.get('content-type') ?? '');
    if (isLive) res.flushHeaders();
    const onFailed = (error: Error): void => {
      fail(error);
      res.destroy(error);
    };
    source
      .on('data', (chunk: unknown) => {
        let isFull: boolean;
        try {
          isFull = !res.write(toChunk(chunk));
        } catch (error) {
          onFailed(error as Error);
          source.destroy();
          return;
        }
        if (!isFull || res.destroyed) return;
        source.pause();
        res.once('drain', () => source.resume());
      })
      .on('end', () => {
        try {
          res.end();
        } catch (error) {
          onFailed(error as Error);
        }
      })
      .on('error', onFailed);
    if (source.errored) onFailed(source.errored);
  });
}

interface Outcome {
  isSettled: boolean;
  failed: { readonly reason: unknown } | undefined;
}

/** Waits until something has come out. Synchronous if it does at once. */
function waitFor(
  bridge: Bridge,
  begin: (done: (apply: () => void) => void, fail: (error: unknown) => void) => void,
): void | Promise<void> {
  const outcome: Outcome = { isSettled: false, failed: undefined };
  let tell: (() => void) | undefined;
  const settle = (failed?: { readonly reason: unknown }): boolean => {
    if (outcome.isSettled) return false;
    outcome.isSettled = true;
    outcome.failed = failed;
    bridge.unwait(waiting);
    tell?.();
    return true;
  };
  const fail = (reason: unknown): boolean => settle({ reason });
  const waiting: Waiting = { answered: () => undefined, fail, left: fail };
  bridge.wait(waiting);
  try {
    bridge.call(() =>
      begin((apply) => {
        if (outcome.isSettled) return;
        try {
          apply();
          settle();
        } catch (error) {
          fail(error);
        }
      }, fail),
    );
  } catch (error) {
    fail(error);
  }
  const result = (): void => {
    if (outcome.failed) throw outcome.failed.reason;
  };
  if (outcome.isSettled) return result();
  return new Promise<void>((resolve) => (tell = resolve)).then(result);
}
