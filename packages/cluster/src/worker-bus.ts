import { ANSWER_TIMEOUT, isMessage, type Answer, type Ask, type WorkerAnswer } from './bus.ts';

type Handler = (data: unknown) => unknown;

const handlers = new Map<string, Handler>();
const questions = new Map<string, (answer: Answer) => void>();
let asked = 0;

/**
 * In a worker: answers what other workers, or the primary, ask about a topic.
 *
 * @param handler gets the data of the question; its result must be something that JSON can express
 * @returns a function that undoes this
 */
export function onAsk(topic: string, handler: Handler): () => void {
  listen();
  handlers.set(topic, handler);
  return () => {
    if (handlers.get(topic) === handler) handlers.delete(topic);
    unlisten();
  };
}

/**
 * In a worker: asks all workers that are ready, this one included, about a topic. In a process that is no worker, only this
 * process answers.
 *
 * @returns what those answered that know the topic, within 1 s
 */
export async function askAll(topic: string, data?: unknown): Promise<readonly WorkerAnswer[]> {
  if (!process.send || !process.connected) {
    const handler = handlers.get(topic);
    return handler ? [{ worker: 0, data: await handler(data) }] : [];
  }
  listen();
  const id = `w${++asked}`;
  let timer: NodeJS.Timeout | undefined;
  const answer = await new Promise<Answer | undefined>((resolve) => {
    questions.set(id, resolve);
    // The primary answers in time, unless it is no primary, or hangs.
    timer = setTimeout(resolve, 2 * ANSWER_TIMEOUT, undefined);
    send({ blaize: 'ask', id, topic, data });
  });
  clearTimeout(timer);
  questions.delete(id);
  unlisten();
  return Array.isArray(answer?.data) ? (answer.data as WorkerAnswer[]) : [];
}

function listen(): void {
  if (!process.listeners('message').includes(receive)) process.on('message', receive);
}

function unlisten(): void {
  if (handlers.size === 0 && questions.size === 0) process.off('message', receive);
}

function receive(message: unknown): void {
  if (isMessage(message, 'answer')) questions.get(String((message as Answer).id))?.(message as Answer);
  else if (isMessage(message, 'ask')) void reply(message as Ask);
}

async function reply({ id, topic, data }: Ask): Promise<void> {
  const handler = handlers.get(topic);
  // Several parts of a process may listen, and another one may know the topic. The primary doesn't wait for long.
  if (!handler) return;
  try {
    send({ blaize: 'answer', id, data: await handler(data) });
  } catch (error) {
    send({ blaize: 'answer', id, error: (error as Error).message });
  }
}

function send(message: Ask | Answer): void {
  // Without a callback, a primary that is gone would be an uncaught error.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
