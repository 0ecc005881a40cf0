import { createLocalJWKSet, type JSONWebKeySet } from 'jose';

import { readText } from '../read-text.ts';

/** Finds a key by the header of a token. */
export type KeySet = ReturnType<typeof createLocalJWKSet>;

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
