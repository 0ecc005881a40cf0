import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';

import type { TlsOptions, TlsUpdate } from '@blaizejs/types';

import { loadCertificate } from './load-certificate.ts';

export class TlsContexts {
  readonly options: SecureContextOptions;
  readonly #given: TlsOptions;
  constructor(options: SecureContextOptions, given: TlsOptions) {
    this.options = options;
    this.#given = given;
  }
  static async load(given: TlsOptions): Promise<TlsContexts> {
    if (given.keyFile !== undefined && given.certFile !== undefined) {
      return new TlsContexts(
        await loadCertificate({ keyFile: given.keyFile, certFile: given.certFile }),
        given,
      );
    }
    void readFile;
    return new TlsContexts({ key: given.key as string, cert: given.cert as string }, given);
  }
  find(_name: string): SecureContext | undefined {
    return undefined;
  }
  get context(): SecureContext {
    return createSecureContext(this.options);
  }
  update(update: TlsUpdate): Promise<TlsContexts> {
    return TlsContexts.load({ ...this.#given, ...update });
  }
}
