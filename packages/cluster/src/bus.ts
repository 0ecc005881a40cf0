import type { WorkerAnswer } from '@blaizejs/types/internal';

/**
 * A question. A worker that sends one gets an {@link Answer} with the same id, whose data is a list of {@link WorkerAnswer}. A
 * worker that receives one sends an {@link Answer} if it knows the topic.
 */
export interface Ask {
  readonly blaize: 'ask';
  /** Chosen by the one who asks. */
  readonly id: number | string;
  readonly topic: string;
  /** Anything that JSON can express. */
  readonly data?: unknown;
}

/** The answer to an {@link Ask}. */
export interface Answer {
  readonly blaize: 'answer';
  readonly id: number | string;
  readonly data?: unknown;
  /** Set instead of `data` if the topic failed; such an answer is left out of the list. */
  readonly error?: string;
  /** From a worker: whether the answer should outlive the worker, see {@link Keep}. */
  readonly keep?: boolean;
}

/**
 * From a worker: what should be added to the list of a topic after the worker has exited, as `exited: true`, and while it
 * lives but does not answer. The last one counts; an {@link Answer} with `keep: true` has the same effect. So counters don't
 * fall when a worker hangs or ends.
 */
export interface Keep {
  readonly blaize: 'keep';
  readonly topic: string;
  readonly data: unknown;
}

/** One end of the bus: a worker, as the primary sees it. */
export interface Peer {
  readonly id: number;
  /** Whether it has ever been ready; before that, it does not know its topics yet. */
  readonly hasBeenReady: boolean;
  /** Sends a message. May throw if the peer is gone. */
  send(message: Ask | Answer): void;
}

/** How long the primary waits for its workers, in milliseconds. */
export const ANSWER_TIMEOUT = 1000;

// What exited workers left behind, per topic: from the first number on, a live worker is asked to fold it into one, at most the
// second at once. What cannot be folded stays.
const FOLD_FROM = 2;
const FOLD_AT_ONCE = 64;

interface Question {
  readonly topic: string;
  readonly waiting: Set<number>;
  readonly answers: Map<number, WorkerAnswer>;
  readonly done: () => void;
}

/** The primary's end of the bus: passes each question to all workers that are ready, and joins what they answer in time. */
export class PrimaryBus {
  readonly #peers: () => Iterable<Peer>;
  readonly #own = new Map<string, (data: unknown) => unknown>();
  readonly #questions = new Map<string, Question>();
  readonly #kept = new Map<string, Map<number, unknown>>();
  readonly #left = new Map<string, WorkerAnswer[]>();
  readonly #folding = new Set<string>();
  #asked = 0;

  /** @param peers the workers that are alive */
  constructor(peers: () => Iterable<Peer>) {
    this.#peers = peers;
  }

  /** Answers a topic in the primary; workers are not asked. */
  answer(topic: string, answer: (data: unknown) => unknown): void {
    this.#own.set(topic, answer);
  }

  /**
   * Asks all workers that are ready.
   *
   * @param timeout milliseconds; for a worker that answers later, or with an error, what it has kept counts
   * @returns the answers of those that know the topic, in the order of their ids, then what exited workers left behind
   */
  async ask(topic: string, data?: unknown, timeout = ANSWER_TIMEOUT): Promise<readonly WorkerAnswer[]> {
    const own = this.#own.get(topic);
    if (own) return [{ worker: 0, data: await own(data) }];
    const answers = await this.#ask(this.#ready(), topic, data, timeout);
    for (const [worker, last] of this.#kept.get(topic) ?? []) {
      if (!answers.has(worker)) answers.set(worker, { worker, data: last });
    }
    // A fold may have failed because no worker was ready.
    void this.#fold(topic);
    return [...[...answers.values()].sort((a, b) => a.worker - b.worker), ...(this.#left.get(topic) ?? [])];
  }

  /** Takes a message of a worker. @returns whether it belongs to the bus */
  receive(from: Peer, message: unknown): boolean {
    if (isMessage(message, 'answer')) this.#take(from.id, message as Answer);
    else if (isMessage(message, 'keep')) this.#keep(from.id, message as Keep);
    else if (isMessage(message, 'ask')) void this.#pass(from, message as Ask);
    else return false;
    return true;
  }

  /** Must be called when a worker has exited and its last message was taken: nothing is expected of it any more. */
  forget(id: number): void {
    for (const [topic, byWorker] of this.#kept) {
      if (!byWorker.has(id)) continue;
      const left = { worker: id, data: byWorker.get(id), exited: true as const };
      this.#left.set(topic, [...(this.#left.get(topic) ?? []), left]);
      byWorker.delete(id);
      // Its answer to a question that still waits for others would be counted twice.
      for (const question of this.#questions.values()) {
        if (question.topic === topic) question.answers.delete(id);
      }
      void this.#fold(topic);
    }
    for (const question of this.#questions.values()) this.#settle(question, id);
  }

  #ready(): readonly Peer[] {
    return [...this.#peers()].filter((peer) => peer.hasBeenReady);
  }

  #ask(
    peers: readonly Peer[],
    topic: string,
    data: unknown,
    timeout: number,
  ): Promise<Map<number, WorkerAnswer>> {
    const id = `p${++this.#asked}`;
    return new Promise((resolve) => {
      const answers = new Map<number, WorkerAnswer>();
      const done = (): void => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(answers);
      };
      const timer = setTimeout(done, timeout);
      const question = { topic, waiting: new Set(peers.map((peer) => peer.id)), answers, done };
      this.#questions.set(id, question);
      for (const peer of peers) {
        if (!trySend(peer, { blaize: 'ask', id, topic, data })) this.#settle(question, peer.id);
      }
      if (peers.length === 0) done();
    });
  }

  async #pass(from: Peer, { id, topic, data }: Ask): Promise<void> {
    try {
      trySend(from, { blaize: 'answer', id, data: await this.ask(topic, data) });
    } catch (error) {
      trySend(from, { blaize: 'answer', id, error: (error as Error).message });
    }
  }

  #take(worker: number, { id, data, error, keep }: Answer): void {
    const question = this.#questions.get(String(id));
    if (!question?.waiting.has(worker)) return;
    if (error === undefined) {
      if (keep) this.#keep(worker, { topic: question.topic, data });
      question.answers.set(worker, { worker, data });
    }
    this.#settle(question, worker);
  }

  #settle({ waiting, done }: Question, worker: number): void {
    if (waiting.delete(worker) && waiting.size === 0) done();
  }

  #keep(worker: number, { topic, data }: Pick<Keep, 'topic' | 'data'>): void {
    const byWorker = this.#kept.get(topic) ?? new Map<number, unknown>();
    this.#kept.set(topic, byWorker.set(worker, data));
  }

  /** Asks one live worker after the other to make one of what several exited ones left behind. */
  async #fold(topic: string): Promise<void> {
    if (this.#folding.has(topic)) return;
    this.#folding.add(topic);
    try {
      for (const peer of this.#ready()) {
        for (;;) {
          const left = (this.#left.get(topic) ?? []).slice(0, FOLD_AT_ONCE);
          if (left.length < FOLD_FROM) return;
          const parts = left.map(({ data }) => data);
          const folded = (await this.#ask([peer], foldTopic(topic), parts, ANSWER_TIMEOUT)).get(peer.id);
          if (!folded) break;
          // More may have exited in the meantime.
          const since = (this.#left.get(topic) ?? []).slice(left.length);
          const worker = Math.max(...left.map((answer) => answer.worker));
          this.#left.set(topic, [{ worker, data: folded.data, exited: true }, ...since]);
        }
      }
    } finally {
      this.#folding.delete(topic);
    }
  }
}

/**
 * The topic by which a worker is asked to make one value of several: its data is the list of what exited workers left behind
 * for `topic`, and the answer is what replaces them.
 */
export function foldTopic(topic: string): string {
  return `${topic}:fold`;
}

/** Whether a message belongs to the bus. */
export function isMessage(message: unknown, kind: 'ask' | 'answer' | 'keep'): boolean {
  return typeof message === 'object' && message !== null && (message as { blaize?: unknown }).blaize === kind;
}

function trySend(peer: Peer, message: Ask | Answer): boolean {
  try {
    peer.send(message);
    return true;
  } catch {
    return false;
  }
}
