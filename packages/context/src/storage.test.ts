import { once } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { contextOf as contextFor } from '../test/contexts.ts';
import type { RequestContext } from './request-context.ts';
import { runWithContext, tryUseContext, useContext } from './storage.ts';

function contextOf(id: string, init: RequestInit = {}): RequestContext {
  return contextFor(new Request(`http://localhost/${id}`, init));
}

const path = (): string => useContext().request.path;

describe('useContext', () => {
  test('gives the context of the request, after awaits and in timers', async () => {
    const ctx = contextOf('a');
    const seen = await runWithContext(ctx, async () => {
      const all = [useContext()];
      await Promise.resolve();
      all.push(useContext());
      await setImmediate();
      all.push(useContext());
      await setTimeout(1);
      all.push(useContext());
      await new Promise<void>((resolve) => {
        process.nextTick(() => queueMicrotask(() => resolve(void all.push(useContext()))));
      });
      return all;
    });
    expect(seen).toHaveLength(5);
    for (const each of seen) expect(each).toBe(ctx);
  });

  test('hands arguments through, and what is returned or thrown', () => {
    const ctx = contextOf('a');
    expect(runWithContext(ctx, (a: number, b: string) => `${path()} ${a} ${b}`, 1, 'x')).toBe('/a 1 x');
    expect(() =>
      runWithContext(ctx, () => {
        throw new Error(path());
      }),
    ).toThrow('/a');
    expect(tryUseContext()).toBeUndefined();
  });

  test('does not mix requests that are answered at the same time', async () => {
    const answer = (id: string) =>
      runWithContext(contextOf(id), async () => {
        const seen = [];
        for (let i = 0; i < 5; i++) {
          await setImmediate();
          seen.push(path());
        }
        return seen;
      });
    const [a, b] = await Promise.all([answer('a'), answer('b')]);
    expect(a).toEqual(Array(5).fill('/a'));
    expect(b).toEqual(Array(5).fill('/b'));
  });

  test('gives the inner one of two, and the outer one afterwards', () => {
    runWithContext(contextOf('outer'), () => {
      runWithContext(contextOf('inner'), () => expect(path()).toBe('/inner'));
      expect(path()).toBe('/outer');
    });
  });

  test('works in the events of the content, wherever they come from', async () => {
    let push!: (text: string | null) => void;
    const body = new ReadableStream({
      start: (controller) => {
        push = (text) => (text === null ? controller.close() : controller.enqueue(Buffer.from(text)));
      },
    });
    const ctx = contextOf('a', { method: 'POST', body, duplex: 'half' });
    const seen: string[] = [];
    const stream = runWithContext(ctx, () => ctx.request.stream());
    stream.on('data', (chunk) => seen.push(`${String(chunk)} ${path()}`));
    const end = once(stream, 'end');
    stream.on('end', () => seen.push(`end ${path()}`));
    runWithContext(contextOf('other'), () => push('x'));
    push(null);
    await end;
    expect(seen).toEqual(['x /a', 'end /a']);
  });

  test('works in listeners of the abort signal', () => {
    const client = new AbortController();
    const ctx = contextOf('a', { signal: client.signal });
    let seen: string | undefined;
    ctx.request.signal.addEventListener('abort', () => (seen = path()));
    client.abort();
    expect(seen).toBe('/a');
  });

  test('says what is wrong outside of a request', () => {
    expect(tryUseContext()).toBeUndefined();
    expect(() => useContext()).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_NO_CONTEXT',
        message: expect.stringMatching(
          /^useContext\(\) was called outside of a request\. Call it in a handler, in middleware, or in what they call;/,
        ) as string,
      }),
    );
  });
});
