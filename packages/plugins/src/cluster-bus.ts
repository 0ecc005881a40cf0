/**
 * A worker's end of the message bus of `@blaizejs/cluster`, over `process.send()`. This package cannot import that one, and
 * needs only this: to ask all workers, to answer, and to leave something behind.
 */

import type { Cluster } from 'node:cluster';

/** What one worker has answered. */
export interface WorkerAnswer {
  /** The number of the worker, which no later one gets. */
  readonly worker: number;
  readonly data: unknown;
  /** The worker has ended, and has left this behind. */
  readonly exited?: boolean;
}

/** Answers a question of the primary. What it resolves to must survive JSON. */
export type Responder = (data: unknown) => unknown;

/** Something that joins several things that ended workers have left behind into one. */
export type Fold = (parts: readonly unknown[]) => unknown;

interface Message {
  readonly blaize: 'ask' | 'answer' | 'keep';
  readonly id?: string | number;
  readonly topic?: string;
  readonly data?: unknown;
  readonly error?: string;
  readonly keep?: boolean;
}

/** Milliseconds. The primary answers after 1 s at the latest, with what it has by then. */
const PATIENCE = 2000;
/** Milliseconds after which a primary that did not answer is tried again. */
const RETRY = 60_000;

const responders = new Map<string, Responder>();
const folds = new Map<string, Fold>();
const questions = new Map<string, (answer: Message) => void>();
let asked = 0;
let silentUntil = 0;
/** Whether the primary is known to speak this language. */
let hasSpoken = false;

/**
 * Whether this process is a worker of a cluster. `@blaizejs/cluster` says so in the environment; other primaries on
 * `node:cluster` may speak the same language, or not.
 */
export function isWorker(): boolean {
  if (typeof process === 'undefined' || !process.send || !process.connected) return false;
  // Not imported: health() also runs where there is no node:cluster. What this returns is what its types call `default`.
  const cluster = process.getBuiltinModule('node:cluster') as unknown as Cluster;
  return isSure() || cluster.isWorker;
}

/**
 * Answers questions about a topic.
 *
 * @param fold if answers should outlive the worker
 * @returns what undoes this
 */
export function respond(topic: string, responder: Responder, fold?: Fold): () => void {
  listen();
  responders.set(topic, responder);
  if (fold) folds.set(`${topic}:fold`, fold);
  return () => {
    if (responders.get(topic) !== responder) return;
    responders.delete(topic);
    folds.delete(`${topic}:fold`);
    unlisten();
  };
}

/** Whether something in this process answers questions about a topic. */
export function isTaken(topic: string): boolean {
  return responders.has(topic);
}

/**
 * Asks all workers, this one included.
 *
 * @returns undefined if the primary does not know such questions
 * @throws Error if a primary that knows them did not answer in time, or the topic failed
 */
export async function askAll(topic: string): Promise<readonly WorkerAnswer[] | undefined> {
  if (!isWorker() || (!isSure() && performance.now() < silentUntil)) return undefined;
  listen();
  const id = `plugins:${process.pid}:${++asked}`;
  let timer: NodeJS.Timeout | undefined;
  const answer = await new Promise<Message | undefined>((resolve) => {
    questions.set(id, resolve);
    timer = setTimeout(resolve, PATIENCE, undefined);
    void send({ blaize: 'ask', id, topic });
  });
  clearTimeout(timer);
  questions.delete(id);
  unlisten();
  if (answer && Array.isArray(answer.data)) return answer.data as WorkerAnswer[];
  if (answer || isSure()) {
    throw new Error(
      `The primary of the cluster did not answer: ${answer?.error ?? `not within ${PATIENCE} ms`}.`,
    );
  }
  silentUntil = performance.now() + RETRY;
  return undefined;
}

/** Gives the primary what it should add to the answers about a topic once this worker has ended. The last one counts. */
export function keep(topic: string, data: unknown): Promise<void> {
  if (!isWorker() || (!isSure() && performance.now() < silentUntil)) return Promise.resolve();
  return send({ blaize: 'keep', topic, data });
}

function isSure(): boolean {
  return hasSpoken || Boolean(process.env['BLAIZE_CLUSTER']);
}

function listen(): void {
  if (!process.listeners('message').includes(receive)) process.on('message', receive);
}

function unlisten(): void {
  if (responders.size === 0 && questions.size === 0) process.off('message', receive);
}

function receive(message: unknown): void {
  if (typeof message !== 'object' || message === null) return;
  const { blaize, id, topic, data } = message as Message;
  if (id === undefined) return;
  hasSpoken ||= blaize === 'answer' || blaize === 'ask';
  if (blaize === 'answer') questions.get(String(id))?.(message as Message);
  else if (blaize === 'ask' && topic !== undefined) void answer(id, topic, data);
}

async function answer(id: string | number, topic: string, data: unknown): Promise<void> {
  const fold = folds.get(topic);
  const responder = responders.get(topic);
  try {
    if (fold) await send({ blaize: 'answer', id, data: fold(Array.isArray(data) ? data : []) });
    else if (responder) {
      // What has been seen must not be forgotten when this worker ends.
      await send({ blaize: 'answer', id, data: await responder(data), keep: folds.has(`${topic}:fold`) });
    }
  } catch (error) {
    await send({ blaize: 'answer', id, error: (error as Error).message });
  }
}

/** Resolves when it is on its way, or cannot be. */
function send(message: Message): Promise<void> {
  return new Promise((resolve) => {
    // Without a callback, a primary that is gone would be an uncaught error.
    if (process.send && process.connected) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
