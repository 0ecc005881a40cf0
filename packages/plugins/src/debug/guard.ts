import { createHash, timingSafeEqual } from 'node:crypto';

import { mayName, WRONG_HOST } from '../own-port.ts';
import { Refusal } from './answer.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Refuses what a web page sends by way of an operator's browser.
 *
 * @param listensOn a host; undefined for a socket
 * @throws Refusal
 */
export function refuseBrowsers(headers: Headers, listensOn: string | undefined): void {
  const site = headers['sec-fetch-site'];
  const isForeign = headers['origin'] !== undefined || (site !== undefined && site !== 'none');
  if (isForeign) throw new Refusal(403, 'Web pages may not ask here.');
  if (listensOn !== undefined && !mayName(listensOn, headers['host'] as string | undefined)) {
    throw new Refusal(421, WRONG_HOST);
  }
}

/**
 * Compares in a time that does not depend on how much of it is right.
 *
 * @throws Refusal
 */
export function checkToken(headers: Headers, token: string | undefined): void {
  if (token === undefined) return;
  const given = /^Bearer +(.+)$/i.exec(String(headers['authorization'] ?? ''))?.[1] ?? '';
  if (!timingSafeEqual(hash(given), hash(token))) {
    throw new Refusal(401, 'Send the token: Authorization: Bearer …', { 'www-authenticate': 'Bearer' });
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
