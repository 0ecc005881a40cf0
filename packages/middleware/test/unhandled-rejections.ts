import { setImmediate } from 'node:timers/promises';

import { afterEach, beforeEach, expect } from 'vitest';

/** Fails each test of a file that leaves a rejected promise to nobody. */
export function expectNoUnhandledRejections(): void {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  beforeEach(() => void process.on('unhandledRejection', note));
  afterEach(async () => {
    // Node reports them once the microtasks are done.
    await setImmediate();
    process.off('unhandledRejection', note);
    expect(unhandled.splice(0)).toEqual([]);
  });
}
