import { logError, logLine } from '@blaizejs/context/internal';
import type { PluginTarget } from '@blaizejs/types';

import { type Answer, json, type Question, readSeconds, Refusal } from './answer.ts';
import { describeProcess, makeReport, watchEventLoop } from './inspect.ts';
import { readLevel, writeLevel } from './log-level.ts';
import type { OpenRequests } from './open-requests.ts';
import { profileCpu, profileHeap, snapshotHeap } from './profiles.ts';

interface Endpoint {
  /** POST for what costs or changes something: no link and no image can do that. */
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly does: string;
  run(question: Question): Answer | Promise<Answer>;
}

const TIMES = '?seconds=10';

/** What can be asked, and the answers. */
export class Endpoints {
  readonly #server: PluginTarget;
  readonly #all: readonly Endpoint[];
  readonly #stop = new AbortController();

  constructor(server: PluginTarget, requests: OpenRequests, max: number) {
    this.#server = server;
    this.#all = [
      {
        method: 'POST',
        path: '/cpu-profile',
        does: `where the CPU spends its time (.cpuprofile); ${TIMES}`,
        run: ({ query, signal }) => profileCpu(readSeconds(query, 10, max), signal),
      },
      {
        method: 'POST',
        path: '/heap-profile',
        does: `what allocates memory (.heapprofile); ${TIMES}`,
        run: ({ query, signal }) => profileHeap(readSeconds(query, 10, max), signal),
      },
      {
        method: 'POST',
        path: '/heap-snapshot',
        does: 'all objects (.heapsnapshot). STOPS THE PROCESS for seconds, and needs about 1 KB for each',
        run: ({ signal }) => snapshotHeap(signal),
      },
      {
        method: 'POST',
        path: '/report',
        does: "Node's diagnostic report, without environment variables. Stops the process for a moment",
        run: () => json(makeReport()),
      },
      {
        method: 'GET',
        path: '/event-loop',
        does: 'how late and how busy the event loop is; ?seconds=1',
        run: async ({ query, signal }) => json(await watchEventLoop(readSeconds(query, 1, max), signal)),
      },
      {
        method: 'GET',
        path: '/process',
        does: 'memory, and handles and requests that are active, by type',
        run: () => json(describeProcess()),
      },
      {
        method: 'GET',
        path: '/requests',
        does: 'requests that have not been answered yet, the oldest first',
        run: () => json(requests.list()),
      },
      {
        method: 'GET',
        path: '/log-level',
        does: 'the level of the log',
        run: () => json(readLevel(server)),
      },
      {
        method: 'POST',
        path: '/log-level',
        does: 'changes it; ?level=debug',
        run: ({ query }) => json(writeLevel(server, query.get('level'))),
      },
    ];
  }

  /** Never rejects. */
  async answer(question: Question): Promise<Answer> {
    const { method, path } = question;
    try {
      const endpoint = this.#find(method === 'HEAD' ? 'GET' : method, path);
      if (!endpoint) return this.#index();
      if (endpoint.method === 'POST') {
        logLine(() => this.#server.log, 'warn', `Debugging: ${endpoint.does}`, { endpoint: path });
      }
      const signal = AbortSignal.any([question.signal, this.#stop.signal]);
      return await endpoint.run({ ...question, signal });
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      if (question.signal.aborted || this.#stop.signal.aborted) {
        return new Refusal(503, 'It was broken off: the client has left, or the server stops.').answer;
      }
      logError(() => this.#server.log, 'error', error, 'Debugging failed', { endpoint: path });
      return new Refusal(500, 'It failed; the log says why.').answer;
    }
  }

  /** Breaks off whatever is running. */
  stop(): void {
    this.#stop.abort();
  }

  /** Undefined for the list of all. @throws Refusal */
  #find(method: string, path: string): Endpoint | undefined {
    const here = this.#all.filter((endpoint) => endpoint.path === path);
    const methods: readonly string[] = path === '/' ? ['GET'] : here.map((endpoint) => endpoint.method);
    if (methods.length === 0) throw new Refusal(404, `There is no ${path}. GET / lists what there is.`);
    const found = here.find((endpoint) => endpoint.method === method);
    if (!methods.includes(method)) {
      throw new Refusal(405, `Use ${methods.join(' or ')}.`, { allow: methods.join(', ') });
    }
    return found;
  }

  #index(): Answer {
    const lines = this.#all.map(({ method, path, does }) => `${method.padEnd(5)}${path.padEnd(16)}${does}`);
    const body = `Process ${process.pid}\n\n${lines.join('\n')}\n`;
    return { status: 200, type: 'text/plain; charset=utf-8', body };
  }
}
