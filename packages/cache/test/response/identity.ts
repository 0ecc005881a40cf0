import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { request } from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

/** The certificate of a client and its key, as one PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** A certificate that nobody trusts. */
export async function identity(commonName: string): Promise<Identity> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '-'];
  const { stdout } = await promisify(execFile)('openssl', [
    ...['req', '-x509', '-subj', `/CN=${commonName}`, '-days', '2'],
    ...key,
  ]);
  return { key: stdout, cert: stdout };
}

/** Asks for the page of a server on a new connection, as somebody. @returns its text */
export async function getOver(
  protocol: 'http1' | 'http2',
  url: string,
  who: Identity | undefined,
): Promise<string> {
  if (protocol === 'http1') {
    const [response] = (await once(request(url, { ...who, agent: false }).end(), 'response')) as [Readable];
    return text(response);
  }
  const session = connect(url, { ...who });
  try {
    return await text(session.request());
  } finally {
    session.close();
  }
}
