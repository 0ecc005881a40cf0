import type { MiddlewareContext, RouteInfo } from '@blaizejs/types';
import { vi } from 'vitest';

import { loadShedOptions } from '../../src/load-shed/options.ts';
import { Shedder } from '../../src/load-shed/shedder.ts';

/** A server with one event loop, and who asks it. Times are in milliseconds. */
export interface Machine {
  /** Clients that ask, wait for the answer, and ask again. */
  clients: number;
  /** What a handler computes. */
  work: number;
  /** Whether it does so in a later phase of the loop, as after an `await`. */
  isLater: boolean;
  /** What it costs to read a request and write an answer. */
  overhead: number;
  /** How long a client waits after a refusal. */
  pause: number;
}

interface Client {
  asksAt: number;
  askedAt: number;
}

export interface Outcome {
  readonly answered: number;
  readonly refused: number;
  /** The share of the time that handlers have worked. */
  readonly useful: number;
  /** How long 99 of 100 answers took at the most. */
  readonly slowest: number;
  /** How long the loop was away from its sockets at the most. */
  readonly longest: number;
}

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** An event loop by a clock of its own, in the order of Node's: timers, sockets, what handlers have put off. */
export class SimulatedLoop {
  now = 0;
  readonly shedder: Shedder;
  readonly #machine: Machine;
  readonly #clients: Client[] = [];
  readonly #route = { pattern: '/', method: 'GET' } as unknown as RouteInfo;
  #idle = 0;
  #lookAt = 0;
  #utilizationFrom = { now: 0, idle: 0 };

  /** @param options those of loadShed() */
  constructor(options: object, machine: Machine) {
    this.#machine = { ...machine };
    const settings = loadShedOptions(options, '', (path) => {
      throw new TypeError(path);
    });
    this.shedder = new Shedder(settings, {
      now: () => this.now,
      utilization: () => {
        const { now, idle } = this.#utilizationFrom;
        this.#utilizationFrom = { now: this.now, idle: this.#idle };
        return this.now === now ? 0 : 1 - (this.#idle - idle) / (this.now - now);
      },
      heapUsage: () => 0,
      rss: () => 0,
    });
  }

  /** Lets time pass. */
  run(milliseconds: number): Outcome {
    const { clients, work, isLater, overhead, pause } = this.#machine;
    while (this.#clients.length < clients) this.#clients.push({ asksAt: this.now, askedAt: this.now });
    this.#clients.length = clients;
    const start = this.now;
    const times: number[] = [];
    let [refused, longest] = [0, 0];
    while (this.now < start + milliseconds) {
      if (this.now >= this.#lookAt) {
        vi.advanceTimersByTime(50);
        this.#lookAt = this.now + 50;
      }
      const began = this.now;
      const ready = this.#clients.filter(({ asksAt }) => asksAt <= this.now);
      if (ready.length === 0) {
        const next = Math.min(this.#lookAt, ...this.#clients.map(({ asksAt }) => asksAt));
        this.#idle += next - this.now;
        this.now = next;
        continue;
      }
      const later: (() => void)[] = [];
      for (const client of ready) {
        client.askedAt = client.asksAt;
        const ctx = this.#context();
        const reason = this.shedder.refusal(ctx);
        if (reason !== undefined) {
          this.shedder.refuse(ctx, reason);
          refused += 1;
          this.now += overhead;
          client.asksAt = this.now + pause;
          continue;
        }
        const over = this.shedder.begin(ctx);
        const handle = (): void => {
          this.now += work;
          over();
          this.now += overhead;
          times.push(this.now - client.askedAt);
          client.asksAt = this.now + 1;
        };
        if (isLater) later.push(handle);
        else handle();
      }
      for (const handle of later) handle();
      longest = Math.max(longest, this.now - began);
    }
    times.sort((one, other) => one - other);
    return {
      answered: times.length,
      refused,
      useful: (times.length * work) / (this.now - start),
      slowest: times[Math.floor(times.length * 0.99)] ?? 0,
      longest,
    };
  }

  set clients(count: number) {
    this.#machine.clients = count;
  }

  #context(): MiddlewareContext {
    const response = {
      status: () => response,
      json: () => response,
      type: () => response,
      headers: () => response,
      onFinish: () => undefined,
    };
    return { route: this.#route, request: { correlationId: '1' }, response, log: SILENT } as never;
  }
}
