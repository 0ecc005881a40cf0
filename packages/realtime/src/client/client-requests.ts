import { lost, Outstanding, rejected, type Waiting } from '../websocket/outstanding.ts';
import { cancelText, type Packet, refusalText, replyText, requestText } from '../websocket/packet.ts';
import { refusalOf, WebSocketRequestError } from '../websocket/request-error.ts';
import type { LiveRequestOptions } from './live-types.ts';

type Answer = (data: unknown, signal: AbortSignal) => unknown;

/** What is used of the connection. */
interface Sender {
  /** Sends a text now, on the connection that there is. @returns false if there is none */
  sendNow(text: string): boolean;
  /** Keeps a request until there is a connection. */
  keep(waiting: Waiting): void;
  /** Forgets one that it has kept. */
  drop(waiting: Waiting): void;
}

/** The requests of one client, both ways, over all of its connections. */
export class ClientRequests {
  readonly #sender: Sender;
  readonly #answers: Readonly<Record<string, Answer | undefined>>;
  readonly #asked: Outstanding;
  readonly #answering = new Map<number, AbortController>();

  constructor(sender: Sender, answers: Readonly<Record<string, Answer | undefined>>, limit: number) {
    this.#sender = sender;
    this.#answers = answers;
    this.#asked = new Outstanding(limit);
  }

  ask(name: string, data: unknown, options: LiveRequestOptions<true>): Promise<unknown> {
    let json: string | undefined;
    try {
      json = JSON.stringify(data);
    } catch (cause) {
      const message = `The request ${name} can't be sent: ${(cause as Error).message}`;
      return rejected(new WebSocketRequestError('ERR_BLAIZE_WEBSOCKET_REQUEST', message, { cause }));
    }
    const added = this.#asked.add(
      name,
      (id) => requestText(id, name, json),
      options,
      (id, waiting) => {
        if (waiting.isSent) this.#sender.sendNow(cancelText(id));
        else this.#sender.drop(waiting);
      },
    );
    if (added instanceof Error) return rejected(added);
    const { waiting, answer } = added;
    waiting.isSent = this.#sender.sendNow(waiting.text);
    if (!waiting.isSent) this.#sender.keep(waiting);
    const read = answer.then((text) => (text === undefined ? undefined : (JSON.parse(text) as unknown)));
    read.catch(() => undefined);
    return read;
  }

  /** Sends one that has waited for a connection, unless nobody waits for its answer any more. */
  send(waiting: Waiting): void {
    if (!this.#asked.has(waiting)) return;
    waiting.isSent = this.#sender.sendNow(waiting.text);
  }

  take({ kind, id, name, json }: Packet): void {
    if (kind === '?') return void this.#answer(id, name, json);
    if (kind === '~') return this.#answering.get(id)?.abort();
    const waiting = this.#asked.get(id);
    if (kind === '=') waiting?.resolve(json);
    else waiting?.reject(refusalOf(waiting.name, json));
  }

  /**
   * The connection has ended.
   *
   * @param isFinal whether there will be no other
   * @returns those that are sent again
   */
  lose(isFinal: boolean): readonly Waiting[] {
    for (const controller of this.#answering.values()) controller.abort();
    this.#answering.clear();
    this.#asked.lose(({ isSent, again }) => isFinal || (isSent && !again));
    const again = [...this.#asked.all].filter(({ isSent }) => isSent);
    for (const waiting of again) waiting.isSent = false;
    return again;
  }

  async #answer(id: number, name: string, json: string | undefined): Promise<void> {
    const controller = new AbortController();
    this.#answering.set(id, controller);
    const { signal } = controller;
    let text: string;
    try {
      const answer = Object.hasOwn(this.#answers, name) ? this.#answers[name] : undefined;
      if (!answer) throw new Error('Nobody answers it.');
      const reply = await answer(json === undefined ? undefined : JSON.parse(json), signal);
      text = replyText(id, JSON.stringify(reply));
    } catch {
      const status = Object.hasOwn(this.#answers, name) ? 500 : 501;
      text = refusalText(id, { status, title: `The client did not answer the request ${name}` });
    }
    if (signal.aborted) return;
    this.#answering.delete(id);
    this.#sender.sendNow(text);
  }
}

/** Rejects a request of a client that is closed for good. */
export function refuseLost(name: string): Promise<never> {
  return rejected(lost(name));
}
