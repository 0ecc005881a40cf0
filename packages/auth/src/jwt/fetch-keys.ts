import { createLocalJWKSet, type JSONWebKeySet } from 'jose';

/** Finds a key by the header of a token. */
export type KeySet = ReturnType<typeof createLocalJWKSet>;

const LARGEST = 1024 * 1024;

/**
 * Fetches a JSON Web Key Set (RFC 7517 section 5). Follows no redirect, and reads at most 1 MiB.
 *
 * @param timeout for the whole answer, in milliseconds
 * @throws Error that says what is wrong
 */
export async function fetchKeys(url: URL, timeout: number): Promise<KeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeout),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`The key server answered with the status ${response.status} instead of 200.`);
  }
  const keys = JSON.parse(await readText(response)) as JSONWebKeySet;
  const set = createLocalJWKSet(keys);
  // A server that loses its keys for a moment must not lock out everybody.
  if (keys.keys.length === 0) throw new Error('The key server answered without any keys.');
  return set;
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > LARGEST) throw new Error(`The answer of the key server is larger than ${LARGEST} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
