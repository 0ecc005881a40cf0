import { logError, parseJson } from '@blaizejs/context/internal';
import { HttpError, NotFoundError } from '@blaizejs/errors';
import { readHttpError, toProblem } from '@blaizejs/errors/internal';
import type { AnyContext, Schema } from '@blaizejs/types';

import { CLOSE } from './close-codes.ts';
import { textOf } from './codec.ts';
import { describeIssues } from './describe-issues.ts';
import { lost, Outstanding, rejected, type WebSocketRequestOptions } from './outstanding.ts';
import { cancelText, type Packet, readPacket, refusalText, replyText, requestText } from './packet.ts';
import { ReadAhead } from './read-ahead.ts';
import { refusalOf, WebSocketRequestError } from './request-error.ts';

/** The schemas of one kind of request. */
export interface RequestKind {
  readonly data: Schema | undefined;
  readonly reply: Schema | undefined;
}

/** What sockets of one route share. */
export interface RequestSettings<Socket> {
  /** What clients may ask, and who answers. */
  readonly in: ReadonlyMap<
    string,
    RequestKind & { readonly answer: (socket: Socket, data: unknown, signal: AbortSignal) => unknown }
  >;
  /** What clients may be asked. */
  readonly out: ReadonlyMap<string, RequestKind>;
  /** How many requests of a client are answered at a time. */
  readonly maxRequests: number;
}

/** What is used of a socket. */
export interface RequestHost {
  readonly ctx: AnyContext;
  readonly isOpen: boolean;
  /** @returns whether it has left, once it has or never will */
  sendText(text: string): Promise<boolean>;
  refuse(code: number, reason: string): void;
  inContext<T>(work: () => T): T;
}

// How many requests may wait for the answer of one client.
const MAX_ASKED = 100;

/** The requests of one socket, both ways. */
export class SocketRequests<Socket extends RequestHost> {
  readonly #socket: Socket;
  readonly #settings: RequestSettings<Socket>;
  readonly #ahead = new ReadAhead(() => this.#asked?.isEmpty === false);
  /** Those that are being answered, and those that wait for that. */
  #answering: Map<number, AbortController> | undefined;
  #running = 0;
  #next: (() => void)[] = [];
  #asked: Outstanding | undefined;

  constructor(socket: Socket, settings: RequestSettings<Socket>) {
    this.#socket = socket;
    this.#settings = settings;
  }

  /** Runs a listener behind those before it. @returns resolves when more may be read */
  inOrder(bytes: number, listener: () => void | Promise<void>): void | Promise<void> {
    return this.#ahead.inOrder(bytes, listener);
  }

  /** Takes a text that {@link isPacket} has found. @returns resolves when more may be read */
  take(bytes: Buffer): void | Promise<void> {
    const packet = readPacket(bytes.toString());
    if (!packet) return this.#socket.refuse(CLOSE.invalidData, 'This is neither JSON nor a request');
    const { kind, id, json } = packet;
    if (kind === '?') return this.#accept(packet, bytes.length);
    if (kind === '~') return this.#answering?.get(id)?.abort();
    // It may have come too late.
    const waiting = this.#asked?.get(id);
    if (kind === '=') waiting?.resolve(json);
    else waiting?.reject(refusalOf(waiting.name, json));
  }

  /** Asks the client. Rejects with a {@link WebSocketRequestError}. */
  ask(name: string, data: unknown, options: WebSocketRequestOptions = {}): Promise<unknown> {
    const kind = this.#settings.out.get(name);
    if (!kind) return unsent(name, `\`requests.out\` has no ${name}`);
    if (!this.#socket.isOpen) return rejected(lost(name));
    let json: string | undefined;
    try {
      json = data === undefined && !kind.data ? undefined : textOf(kind.data, data);
    } catch (error) {
      return unsent(name, (error as Error).message, error);
    }
    const asked = (this.#asked ??= new Outstanding(MAX_ASKED));
    const added = asked.add(
      name,
      (id) => requestText(id, name, json),
      options,
      (id) => void this.#socket.sendText(cancelText(id)),
    );
    if (added instanceof Error) return rejected(added);
    void this.#socket.sendText(added.waiting.text);
    // The answer has to be read while a listener waits for it.
    this.#ahead.release();
    const answer = added.answer.then((text) => readReply(name, text, kind.reply));
    answer.catch(ignore);
    return answer;
  }

  /** The connection has ended. */
  end(): void {
    for (const controller of this.#answering?.values() ?? []) controller.abort();
    this.#asked?.lose(() => true);
  }

  /** Resolves when all listeners have ended. */
  async settled(): Promise<void> {
    await this.#ahead.settled();
  }

  #accept(packet: Packet, bytes: number): void | Promise<void> {
    const answering = (this.#answering ??= new Map<number, AbortController>());
    const { id } = packet;
    if (answering.has(id)) {
      return this.#socket.refuse(CLOSE.policy, `The request ${id} is not answered yet`);
    }
    const controller = new AbortController();
    answering.set(id, controller);
    const answered = (): void => {
      this.#running -= 1;
      answering.delete(id);
      this.#next.shift()?.();
    };
    const start = (): void => {
      this.#running += 1;
      this.#ahead.watch(this.#answer(packet, controller.signal).then(answered));
    };
    if (this.#running < this.#settings.maxRequests) return start();
    const started = new Promise<void>((resolve) => this.#next.push(resolve)).then(start);
    return this.#ahead.hold(bytes, started);
  }

  async #answer({ id, name, json }: Packet, signal: AbortSignal): Promise<void> {
    let text: string;
    try {
      const kind = this.#settings.in.get(name);
      if (!kind) throw new NotFoundError(`There is no request ${name} here.`);
      const data = await readData(json, kind.data);
      if (signal.aborted) return;
      const reply = await this.#socket.inContext(() => kind.answer(this.#socket, data, signal));
      text = replyText(id, kind.reply && textOf(kind.reply, reply));
    } catch (error) {
      text = refusalText(id, this.#problemOf(error, name, signal));
    }
    // What waits for a client that reads slowly counts as not answered.
    if (!signal.aborted) await this.#socket.sendText(text);
  }

  #problemOf(error: unknown, name: string, signal: AbortSignal): object {
    const { ctx } = this.#socket;
    const status = readHttpError(error)?.status ?? 500;
    if (status >= 500 && !(signal.aborted && isAftermath(error, signal))) {
      const what = `The request ${name} of the WebSocket ${ctx.route?.pattern ?? ''} failed`;
      logError(() => ctx.log, 'error', error, what);
    }
    return toProblem(error, { correlationId: ctx.request.correlationId, production: true });
  }
}

/** Whether an error only says that the socket has closed. */
export function isAftermath(error: unknown, signal?: AbortSignal): boolean {
  if (signal && error === signal.reason) return true;
  return error instanceof WebSocketRequestError && error.code === 'ERR_BLAIZE_WEBSOCKET_LOST';
}

/** @throws HttpError 400 */
async function readData(json: string | undefined, schema: Schema | undefined): Promise<unknown> {
  const value = json === undefined ? undefined : parseJson(json, 'The data of the request');
  if (!schema) return value;
  const result = await schema['~standard'].validate(value);
  if (!result.issues) return result.value;
  const message = `The data of the request is not valid: ${describeIssues(result.issues)}`;
  throw new HttpError(400, message, { code: 'ERR_BLAIZE_VALIDATION' });
}

async function readReply(
  name: string,
  json: string | undefined,
  schema: Schema | undefined,
): Promise<unknown> {
  if (!schema) return undefined;
  const bad = (why: string): WebSocketRequestError =>
    new WebSocketRequestError('ERR_BLAIZE_WEBSOCKET_REPLY', `The answer to ${name} is not valid: ${why}`);
  let value: unknown;
  try {
    value = json === undefined ? undefined : parseJson(json, 'it');
  } catch (error) {
    throw bad((error as Error).message);
  }
  const result = await schema['~standard'].validate(value);
  if (result.issues) throw bad(describeIssues(result.issues));
  return result.value;
}

function unsent(name: string, why: string, cause?: unknown): Promise<never> {
  const message = `The request ${name} can't be sent: ${why}`;
  return rejected(new WebSocketRequestError('ERR_BLAIZE_WEBSOCKET_REQUEST', message, { cause }));
}

function ignore(): void {}
