import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';

import type { ContextRequest, ContextResponse } from '@blaizejs/types';

/** One step of a source: its next chunk, or `null` at its end. */
export type Step = (turn: number, probe: Probe) => Promise<string | null>;

/** What a test can see of a source: how much it has made, and when it was let go. */
export class Probe {
  made = 0;
  readonly #events = new EventEmitter();
  readonly released = once(this.#events, 'released');
  /** Rejects when the test says so. */
  readonly failure = once(this.#events, 'fail').then(() => Promise.reject(new Error('a secret')));
  signal: AbortSignal | undefined;

  constructor() {
    this.failure.catch(() => undefined);
  }

  release(): void {
    this.#events.emit('released');
  }

  fail(): void {
    this.#events.emit('fail');
  }
}

export const LARGE = 'x'.repeat(65_536);

const never = new EventEmitter();

/** What a source may do, by name. */
export const SCRIPTS = {
  /** Ends after two chunks. */
  short: (turn) => Promise.resolve(['a', 'b'][turn] ?? null),
  empty: () => Promise.resolve(null),
  endless: () => Promise.resolve(LARGE),
  /** Endless, and cannot be compressed. */
  random: () => Promise.resolve(randomBytes(LARGE.length / 2).toString('hex')),
  many: (turn) => Promise.resolve(turn < 10_000 ? `${turn}\n` : null),
  /** Waits for something that never comes. */
  waiting: (turn) => (turn === 0 ? Promise.resolve('first') : new Promise(() => undefined)),
  'fails-at-once': () => Promise.reject(new Error('a secret')),
  'fails-later': (turn, probe) => (turn === 0 ? Promise.resolve('first') : probe.failure),
} satisfies Record<string, Step>;

export type Script = keyof typeof SCRIPTS;

type Make = (
  step: Step,
  probe: Probe,
  ctx: { request: ContextRequest; response: ContextResponse },
) => unknown;

async function* generate(step: Step, probe: Probe, signal: AbortSignal): AsyncGenerator<string, void> {
  // JavaScript cannot interrupt an `await`: whoever waits has to watch the signal.
  const waits = step === SCRIPTS.waiting;
  try {
    for (let turn = 0; ; turn++) {
      if (waits && turn > 0) await once(never, 'never', { signal });
      const chunk = await step(turn, probe);
      if (chunk === null) return;
      probe.made += 1;
      yield chunk;
    }
  } finally {
    probe.release();
  }
}

function iterate(step: Step, probe: Probe): AsyncIterable<string> {
  let turn = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const value = await step(turn++, probe);
        if (value === null) return { done: true, value };
        probe.made += 1;
        return { done: false, value };
      },
      return: () => {
        probe.release();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}

function webStream(step: Step, probe: Probe, type?: 'bytes'): ReadableStream<Uint8Array> {
  let turn = 0;
  return new ReadableStream({
    ...({ type } as { type?: undefined }),
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      const chunk = await step(turn++, probe);
      if (chunk === null) {
        controller.close();
        return;
      }
      probe.made += 1;
      controller.enqueue(new TextEncoder().encode(chunk));
    },
    cancel: () => probe.release(),
  });
}

function nodeStream(step: Step, probe: Probe): Readable {
  let turn = 0;
  return new Readable({
    read() {
      step(turn++, probe).then(
        (chunk) => {
          if (chunk !== null) probe.made += 1;
          this.push(chunk);
        },
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, callback) {
      probe.release();
      callback(error);
    },
  });
}

/** What a handler may return. */
export const KINDS: Readonly<Record<string, Make>> = {
  'an async generator': (step, probe, { request }) => generate(step, probe, request.signal),
  'an async iterable': iterate,
  'a Web stream': (step, probe) => webStream(step, probe),
  'a Web stream of bytes': (step, probe) => webStream(step, probe, 'bytes'),
  'a Response': (step, probe) => new Response(webStream(step, probe)),
  'a Node stream': nodeStream,
  'response.stream()': (step, probe, { request, response }) =>
    response.stream(generate(step, probe, request.signal)),
};

export const KIND_NAMES = Object.keys(KINDS);
