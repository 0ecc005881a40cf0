import { isIP, isIPv4, isIPv6 } from 'node:net';

import type { HeaderFields } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';
import { type ClientView, isAuthority } from '@blaizejs/context/internal';

import { trustedProxies, type TrustProxyOption, type Trusts } from './trusted-proxies.ts';

/** Finds out who asked, and for what, from what trusted proxies say of a request; the exchange says it if they do not. */
export type TrustProxy = (exchange: Exchange) => ClientView;

/** What one proxy says of the request that it got. */
interface Statement {
  readonly for?: string | undefined;
  readonly proto?: string | undefined;
  readonly host?: string | undefined;
}

const ADDRESS_AND_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::(?:\d{1,5}|_[\w.-]+))?$/;
const PAIR = /(?:([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+))[ \t]*)?(?:;|$)[ \t]*/y;

/**
 * Makes the option `trustProxy` a function that reads `X-Forwarded-For`, `-Proto` and `-Host`, or `Forwarded`
 * (RFC 7239).
 *
 * - Each proxy adds at the right whom it got the request from. The way back is followed from the server on, for as
 *   long as a trusted proxy speaks; the first address that is not one's is the client's. What is left of it the client
 *   may have made up, and is not read.
 * - What is no IP address (`unknown`, `_hidden`, RFC 7239 section 6) is not trusted: the way ends with the last address
 *   that could be read. Where proxies are counted it may stand in for one of them.
 * - Scheme and host come from the proxy at the end of the way: from its element of `Forwarded`, or from as many places
 *   from the right of `X-Forwarded-Proto` and `-Host`. Where such a list is shorter than that (proxies tend to set one
 *   value instead of adding theirs) its last value counts: the nearest proxy's. What is not `http` or `https`, or no
 *   host, is ignored.
 * - `Forwarded` counts only where none of the three `X-Forwarded-` fields is there.
 *
 * No server can tell who wrote a field. A trusted proxy that leaves one of these fields as it comes hands the client's
 * on: it has to set, add to, or remove each of the three `X-Forwarded-` fields; to remove all of them where it speaks
 * `Forwarded`, and that one too where it sends neither. A number of proxies says nothing of who connects: it is safe
 * only where clients can't reach the server by another way than through all of them (CVE-2026-16732).
 *
 * @returns undefined where nobody is trusted, and the fields mean nothing
 * @throws TypeError where an entry of a list is neither an address, a network, nor the name of networks
 */
export function compileTrustProxy(option: TrustProxyOption): TrustProxy | undefined {
  const trusts = trustedProxies(option);
  return trusts && ((exchange) => viewOf(exchange, trusts));
}

function viewOf(exchange: Exchange, trusts: Trusts): ClientView {
  const { headers, remoteAddress } = exchange;
  if (!trusts(remoteAddress, 0)) return exchange;
  const addresses = textOf(headers, 'x-forwarded-for');
  const protos = textOf(headers, 'x-forwarded-proto');
  const hosts = textOf(headers, 'x-forwarded-host');
  const known = addresses ?? protos ?? hosts;
  let statement: Statement | undefined;
  let client = remoteAddress;
  let hop = 0;
  for (const member of fromRight(known === undefined ? textOf(headers, 'forwarded') : addresses)) {
    const said = known === undefined ? parseElement(member) : { for: member };
    const address = said?.for === undefined ? undefined : addressOf(said.for);
    statement = said ?? statement;
    client = address ?? client;
    hop += 1;
    if (!trusts(address, hop)) break;
  }
  if (known !== undefined) statement = { proto: memberOf(protos, hop), host: memberOf(hosts, hop) };
  const scheme = statement?.proto?.toLowerCase();
  const host = statement?.host;
  return {
    remoteAddress: client,
    scheme: scheme === 'http' || scheme === 'https' ? scheme : exchange.scheme,
    authority: host !== undefined && isAuthority(host) ? host : exchange.authority,
  };
}

function textOf(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The member of a list that the proxy at a hop, counted from 1, has written. */
function memberOf(list: string | undefined, hop: number): string | undefined {
  let nearest: string | undefined;
  let left = hop;
  for (const member of fromRight(list)) {
    nearest ??= member;
    left -= 1;
    if (left <= 0) return member;
  }
  return nearest;
}

/**
 * The members of a list, the last one first. To read it from there is what makes it safe: a client that begins a quoted
 * string and does not end it would else take the proxies' members for its own.
 */
function* fromRight(list: string | undefined): Generator<string> {
  if (list === undefined || list === '') return;
  for (let end = list.length; end >= 0;) {
    const comma = lastComma(list, end);
    yield list.slice(comma + 1, end).trim();
    end = comma;
  }
}

/** Where the last comma before `end` is that stands outside of quoted strings, -1 where there is none. */
function lastComma(list: string, end: number): number {
  let at = end - 1;
  for (; at >= 0 && list[at] !== ','; at--) {
    // The quote that opens a string follows a `=`; in the string, one that does has a backslash before it.
    if (list[at] === '"') at = list.lastIndexOf('="', at - 2);
  }
  return Math.max(at, -1);
}

/** One element of `Forwarded` (RFC 7239 section 4); undefined where it can't be read, or says nothing. */
function parseElement(text: string): Statement | undefined {
  const pairs = new Map<string, string>();
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < text.length) {
    const match = PAIR.exec(text);
    if (!match) return undefined;
    const [, name, quoted, token] = match;
    if (name === undefined) continue;
    if (pairs.has(name.toLowerCase())) return undefined;
    pairs.set(name.toLowerCase(), token ?? quoted?.replaceAll(/\\(.)/g, '$1') ?? '');
  }
  if (pairs.size === 0) return undefined;
  return { for: pairs.get('for'), proto: pairs.get('proto'), host: pairs.get('host') };
}

/** The IP address of a node (RFC 7239 section 6), which may have a port and brackets. */
function addressOf(node: string): string | undefined {
  if (isIP(node) !== 0) return node;
  const [, inBrackets, plain] = ADDRESS_AND_PORT.exec(node) ?? [];
  if (inBrackets !== undefined) return isIPv6(inBrackets) ? inBrackets : undefined;
  return plain !== undefined && isIPv4(plain) ? plain : undefined;
}
