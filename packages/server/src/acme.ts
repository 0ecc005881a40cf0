import type { Handle } from '@blaizejs/app/internal';
import type { CertificateSource } from '@blaizejs/ssl/internal';
import type { AcmeOptions, EndpointOptions, Logger } from '@blaizejs/types';

/** RFC 8555 section 8.3. A token is in base64url. */
const CHALLENGE = /^\/\.well-known\/acme-challenge\/([\w-]{1,512})$/;

/**
 * Loads the ACME client. In development, it is used only with an authority that was chosen on purpose: nobody can reach a
 * developer's machine under these names, and each attempt counts towards the limits of the authority.
 */
export async function acmeSource(
  acme: AcmeOptions,
  production: boolean,
  log: Logger,
): Promise<CertificateSource | undefined> {
  if (!production && acme.directoryUrl === undefined) {
    log.info('tls.acme gets no certificate in development. Set tls.acme.directoryUrl to try it.');
    return undefined;
  }
  const { AcmeCertificate } = await import('@blaizejs/ssl/acme');
  return new AcmeCertificate(acme, { log });
}

/** Whether one of the sockets has a certificate by ACME, so that those in cleartext may be asked for a proof. */
export function usesAcme(all: readonly Pick<EndpointOptions, 'tls'>[]): boolean {
  return all.some(({ tls }) => tls !== false && tls?.acme !== undefined);
}

/** Answers the requests of an ACME authority on a cleartext socket (HTTP-01), and leaves all others to `handle`. */
export function answerChallenges(handle: Handle, answer: (token: string) => string | undefined): Handle {
  return (exchange, refusal) => {
    const token = CHALLENGE.exec(exchange.target)?.[1];
    const isRead = exchange.method === 'GET' || exchange.method === 'HEAD';
    const proof = token === undefined || refusal || !isRead ? undefined : answer(token);
    if (proof === undefined) return handle(exchange, refusal);
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(proof.length) };
    exchange.respond(200, headers, exchange.method === 'HEAD' ? null : proof);
  };
}
