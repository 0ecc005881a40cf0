import type { WorkerAnswer, WorkerBus } from '@blaizejs/types/internal';

import { type Answer, ANSWER_TIMEOUT, type Ask, foldTopic, isMessage, type Keep } from './bus.ts';
import { ClusterError } from './cluster-error.ts';

/** The part of `process` that is used. */
export type Channel = Pick<NodeJS.Process, 'connected' | 'on' | 'send'>;

interface Topic {
  readonly answerer: (data: unknown) => unknown;
  /** Whether the primary should keep the answers. */
  readonly keep: boolean;
}

// The primary answers in time, unless it hangs.
const PATIENCE = 2 * ANSWER_TIMEOUT;

/** A worker's end of the bus. */
export class ChannelBus implements WorkerBus {
  readonly #channel: Channel;
  readonly #topics = new Map<string, Topic>();
  readonly #questions = new Map<string, (answer: Answer | string) => void>();
  #asked = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.on('message', (message: unknown) => {
      if (isMessage(message, 'answer')) this.#settle(message as Answer);
      else if (isMessage(message, 'ask')) void this.#reply(message as Ask);
    });
  }

  answer(
    topic: string,
    answerer: Topic['answerer'],
    fold?: (parts: readonly unknown[]) => unknown,
  ): () => void {
    const added = { answerer, keep: fold !== undefined };
    this.#topics.set(topic, added);
    if (fold) {
      const answerParts = (parts: unknown): unknown => fold(parts as readonly unknown[]);
      this.#topics.set(foldTopic(topic), { answerer: answerParts, keep: false });
    }
    return () => {
      if (this.#topics.get(topic) !== added) return;
      this.#topics.delete(topic);
      this.#topics.delete(foldTopic(topic));
    };
  }

  knows(topic: string): boolean {
    return this.#topics.has(topic);
  }

  async keep(topic: string, data: unknown): Promise<void> {
    await this.#send({ blaize: 'keep', topic, data });
  }

  async ask(topic: string, data?: unknown): Promise<readonly WorkerAnswer[]> {
    const id = `w${++this.#asked}`;
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<Answer | string>((resolve) => {
      this.#questions.set(id, resolve);
      timer = setTimeout(resolve, PATIENCE, `it did not answer within ${PATIENCE} ms`);
      void this.#send({ blaize: 'ask', id, topic, data }).then((isSent) => {
        if (!isSent) resolve('it is gone');
      });
    });
    clearTimeout(timer);
    this.#questions.delete(id);
    const problem = typeof answer === 'string' ? answer : answer.error;
    if (problem !== undefined) throw new ClusterError(`Can't ask the primary about "${topic}": ${problem}`);
    return (answer as Answer).data as readonly WorkerAnswer[];
  }

  #settle(answer: Answer): void {
    this.#questions.get(String(answer.id))?.(answer);
  }

  async #reply({ id, topic, data }: Ask): Promise<void> {
    const known = this.#topics.get(topic);
    // Another listener of the process may know the topic; and the primary doesn't wait for long.
    if (!known) return;
    const { answerer, keep } = known;
    try {
      await this.#send({ blaize: 'answer', id, data: await answerer(data), keep });
    } catch (error) {
      await this.#send({ blaize: 'answer', id, error: (error as Error).message });
    }
  }

  /** @returns whether the message is on its way */
  #send(message: Ask | Answer | Keep): Promise<boolean> {
    const channel = this.#channel;
    return new Promise((resolve) => {
      // Without a callback, a primary that is gone would be an uncaught error.
      if (channel.connected) channel.send?.(message, undefined, undefined, (error) => resolve(!error));
      else resolve(false);
    });
  }
}
