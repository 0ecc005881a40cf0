import type { SecureServerOptions } from 'node:http2';

import type { TlsSettings } from './adapter.ts';

/**
 * Node's options for TLS.
 *
 * @param spoken the protocols for ALPN, best first; the handshake fails if the client offers none of them
 *   (`no_application_protocol`, RFC 7301 section 3.2)
 */
export function tlsOptions(
  { sni, alpn, requestCert, rejectUnauthorized, ...context }: TlsSettings,
  spoken: readonly string[],
): SecureServerOptions {
  const options: SecureServerOptions = {
    ...context,
    requestCert: requestCert ?? false,
    rejectUnauthorized: rejectUnauthorized ?? true,
    ALPNCallback: ({ servername, protocols }) => {
      try {
        const chosen = alpn?.(nameOf(servername), protocols);
        return chosen ?? spoken.find((protocol) => protocols.includes(protocol));
      } catch {
        // An error thrown here would end the process.
        return undefined;
      }
    },
  };
  if (sni) {
    options.SNICallback = (name, done) => {
      try {
        done(null, sni(name.toLowerCase()));
      } catch (error) {
        done(error as Error);
      }
    };
  }
  return options;
}

// Contrary to its type, this is not a string if the client named no host.
const nameOf = (servername: unknown): string =>
  typeof servername === 'string' ? servername.toLowerCase() : '';
