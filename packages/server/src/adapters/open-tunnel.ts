import type { Readable } from 'node:stream';

import { addListener, callListeners, type Listeners } from '@blaizejs/errors/internal';
import type { HeaderFields, Protocol, RawRequest, TlsPeer } from '@blaizejs/types';
import type { Exchange, Tunnel } from '@blaizejs/types/internal';

import { TunnelOffer } from './tunnel.ts';
import { goneBody } from './unread-body.ts';

/**
 * What is left of an exchange that has become a tunnel. There may be very many, and most are idle: it keeps nothing that can be
 * made when somebody asks for it.
 */
export abstract class OpenTunnel implements Exchange {
  #closeListeners: Listeners;

  abstract readonly target: string;
  abstract readonly authority: string;
  abstract readonly scheme: 'http' | 'https';
  abstract readonly protocol: Protocol;
  abstract readonly headers: HeaderFields;
  abstract readonly remoteAddress: string | undefined;
  abstract readonly peer: TlsPeer | undefined;
  abstract readonly status: number;
  abstract readonly aborted: boolean;
  abstract readonly rawRequest: RawRequest;

  /** @param listeners those of the exchange */
  constructor(listeners: Listeners) {
    this.#closeListeners = listeners;
  }

  /** Whether its stream has closed. */
  protected abstract readonly isClosed: boolean;

  abstract abort(): void;

  get method(): string {
    return 'GET';
  }

  get requestTrailers(): undefined {
    return undefined;
  }

  /** It is accepted already, and says so. */
  get tunnel(): Tunnel {
    return new TunnelOffer(this, 'websocket', () => this.respondStream());
  }

  get responded(): boolean {
    return true;
  }

  get hasBody(): boolean {
    return false;
  }

  get receiving(): boolean {
    return false;
  }

  get rawResponse(): Exchange['rawResponse'] {
    return undefined;
  }

  get bodyComplete(): boolean {
    return false;
  }

  // Nobody reads a body that is not there.
  set bodyComplete(_complete: boolean) {
    return;
  }

  body(): Readable {
    return goneBody();
  }

  limitRequest(): void {
    // There is no content.
  }

  inform(): void {
    // It has responded.
  }

  respond(): void {
    // It has responded.
  }

  respondStream(): never {
    throw new TypeError('The request was answered already.');
  }

  onClose(listener: () => void): void {
    if (this.isClosed) listener();
    else this.#closeListeners = addListener(this.#closeListeners, listener);
  }

  /** To be called once, when its stream has closed. */
  protected tellClosed(): void {
    const listeners = this.#closeListeners;
    this.#closeListeners = undefined;
    callListeners(listeners);
  }
}
