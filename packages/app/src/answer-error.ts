import type { RequestContext } from '@blaizejs/context/internal';
import { leftOut, toError } from '@blaizejs/errors/internal';
import type { AppEnv, ErrorHandler } from '@blaizejs/types';

import { recordAnswer } from './record-answer.ts';
import { type ErrorSettings, recordError, recordErrorHead, reportError } from './record-error.ts';

declare const BLAIZE_WITHOUT_FOLDER_FILES: true | undefined;

/**
 * Lets `_error` handlers answer an error, and answers it as the framework does if none of them does. An error that a handler
 * throws takes the place of the one it was given.
 *
 * @param handlers deepest folder first
 */
export const answerThroughHandlers: typeof answer =
  typeof BLAIZE_WITHOUT_FOLDER_FILES === 'undefined' ? answer : leftOut('_error');

async function answer(
  ctx: RequestContext,
  error: Error,
  handlers: readonly ErrorHandler<AppEnv>[],
  settings: ErrorSettings,
): Promise<void> {
  const { response, exchange } = ctx;
  let current = error;
  for (const handle of handlers) {
    try {
      const { status } = recordErrorHead(ctx, current, settings);
      const { recorded } = response;
      const value = await handle(current, ctx);
      if (ctx.superseded) {
        response.release();
        return;
      }
      if (recordAnswer(ctx, value, recorded, status)) {
        // If it can't be encoded, the next one may answer that.
        if (!exchange.responded) response.encode();
        return;
      }
    } catch (thrown) {
      if (ctx.superseded) {
        response.release();
        return;
      }
      const next = toError(thrown);
      if (next !== current) {
        current = next;
        if (ctx.trace) ctx.trace.error = current;
        reportError(ctx, current, settings);
      }
      // It had begun an answer through `raw`, which must not look complete.
      if (exchange.responded) {
        if (!exchange.rawResponse?.writableEnded) exchange.abort(current);
        return;
      }
    }
  }
  recordError(ctx, current, settings);
}
