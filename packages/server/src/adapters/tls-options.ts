import type { SecureServerOptions } from 'node:http2';

import type { TlsSettings } from './adapter.ts';

/**
 * What Node has to know of TLS.
 *
 * @param spoken protocols by ALPN, the best first; to a client that knows none of them the handshake fails
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
        // Thrown here, it would end the process.
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

// Node gives no string if the client named no host, which its types do not know.
const nameOf = (servername: unknown): string =>
  typeof servername === 'string' ? servername.toLowerCase() : '';
