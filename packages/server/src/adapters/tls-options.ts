import type { SecureServerOptions } from 'node:http2';
import type { SecureContext } from 'node:tls';

import type { TlsSettings } from './adapter.ts';

/**
 * Node's options for TLS.
 *
 * @param spoken the protocols for ALPN, best first; the handshake fails if the client offers none of them
 *   (`no_application_protocol`, RFC 7301 section 3.2)
 */
export function tlsOptions(
  { sni, alpn, challenge, requestCert, rejectUnauthorized, ...context }: TlsSettings,
  spoken: readonly string[],
): SecureServerOptions {
  /** What sockets show that only speak `acme-tls/1`. Node calls both functions with the socket as `this`. */
  const challenged = new WeakMap<object, SecureContext>();
  const options: SecureServerOptions = {
    ...context,
    requestCert: requestCert ?? false,
    rejectUnauthorized: rejectUnauthorized ?? true,
    ALPNCallback(this: object, { servername, protocols }) {
      try {
        if (challenge && protocols.length === 1 && protocols[0] === ACME) {
          const context = challenge(nameOf(servername));
          if (context) challenged.set(this, context);
          return context && ACME;
        }
        const chosen = alpn?.(nameOf(servername), protocols);
        return chosen ?? spoken.find((protocol) => protocols.includes(protocol));
      } catch {
        // An error thrown here would end the process.
        return undefined;
      }
    },
  };
  if (sni || challenge) {
    options.SNICallback = function (this: object, name, done) {
      try {
        // Only in TLS 1.3 is ALPN known by now. A challenge over TLS 1.2 gets the usual certificate, and fails.
        done(null, challenged.get(this) ?? sni?.(name.toLowerCase()));
      } catch (error) {
        done(error as Error);
      }
    };
  }
  return options;
}

const ACME = 'acme-tls/1';

// Contrary to its type, this is not a string if the client named no host.
const nameOf = (servername: unknown): string =>
  typeof servername === 'string' ? servername.toLowerCase() : '';
