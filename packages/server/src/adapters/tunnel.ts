import { BlaizeError } from '@blaizejs/errors';
import type { HeaderFields } from '@blaizejs/types';
import type { Exchange, Tunnel } from '@blaizejs/types/internal';
import type { Duplex } from 'node:stream';

import { toBareFields } from './bare-fields.ts';

/** Answers with the tunnel. @param onOpen as for {@link Tunnel.accept} */
type Open = (fields: Record<string, string | string[]>, onOpen?: (exchange: Exchange) => void) => Duplex;

/** A tunnel that a handler can accept once, instead of answering the exchange. */
export class TunnelOffer implements Tunnel {
  readonly protocol: string;
  readonly #exchange: Exchange;
  #open: Open | undefined;

  constructor(exchange: Exchange, protocol: string, open: Open) {
    this.protocol = protocol;
    this.#exchange = exchange;
    this.#open = open;
  }

  /**
   * @throws BlaizeError `ERR_BLAIZE_TUNNEL` if the exchange is answered, the tunnel is accepted, or the client has left
   * @throws TypeError for an invalid header
   */
  accept(headers: HeaderFields, onOpen?: (exchange: Exchange) => void): Duplex {
    const { method, target, responded, aborted } = this.#exchange;
    const open = this.#open;
    if (responded || aborted || !open) {
      const why = aborted ? 'the client has left' : 'the request was answered already';
      throw new BlaizeError('ERR_BLAIZE_TUNNEL', `Can't accept the tunnel of ${method} ${target}: ${why}.`);
    }
    const stream = open(toBareFields(headers), onOpen);
    // What it refers to is not needed any more.
    this.#open = undefined;
    return stream;
  }
}
