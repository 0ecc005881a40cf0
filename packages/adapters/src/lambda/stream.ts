import { once } from 'node:events';
import type { Writable } from 'node:stream';

import { BlaizeError } from '@blaizejs/errors';
import { hasMethod, isObject } from '@blaizejs/errors/internal';

import type { LambdaContext } from './event.ts';
import { headOf, type LambdaHead } from './result.ts';

/** Answers an invocation by writing to a stream. */
export type StreamingHandler = (event: unknown, stream: Writable, context: LambdaContext) => Promise<void>;

/** The global of Lambda's Node runtime. */
export interface LambdaRuntime {
  streamifyResponse(handler: StreamingHandler): StreamingHandler;
  readonly HttpResponseStream: { from(stream: Writable, head: LambdaHead): Writable };
}

/** @throws BlaizeError `ERR_BLAIZE_ADAPTER` outside of Lambda */
export function lambdaRuntime(): LambdaRuntime {
  const { awslambda } = globalThis as { awslambda?: unknown };
  if (isObject(awslambda) && hasMethod(awslambda, 'streamifyResponse'))
    return awslambda as unknown as LambdaRuntime;
  throw new BlaizeError(
    'ERR_BLAIZE_ADAPTER',
    "toStreamingLambda(): this is not Lambda's Node runtime, which has the global awslambda. Elsewhere, use toLambda().",
  );
}

/**
 * Writes an answer as fast as the client reads it.
 *
 * @throws what breaks the answer off; the runtime then breaks it off for the client, too
 */
export async function writeTo(stream: Writable, response: Response, runtime: LambdaRuntime): Promise<void> {
  const out = runtime.HttpResponseStream.from(stream, headOf(response));
  // Also without a body: the runtime sends the head with the first chunk, and not at the end.
  out.write('');
  for await (const chunk of response.body ?? []) {
    if (out.destroyed) throw left();
    if (!out.write(chunk)) await drained(out);
  }
  out.end();
}

async function drained(out: Writable): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const closed = once(out, 'close', { signal }).then(() => {
    throw left();
  });
  try {
    await Promise.race([once(out, 'drain', { signal }), closed]);
  } finally {
    over.abort();
    closed.catch(() => undefined);
  }
}

function left(): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_STREAM_CLOSED', 'The client left before the answer was complete.');
}
