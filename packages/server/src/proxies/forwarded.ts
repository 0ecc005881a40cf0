import { isIP, isIPv4, isIPv6 } from 'node:net';

import type { HeaderFields } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';
import { type ClientView, isAuthority } from '@blaizejs/context/internal';

import { trustedProxies, type TrustProxyOption, type Trusts } from './trusted-proxies.ts';

/**
 * Finds the client's address and the scheme and host that it requested, as stated by trusted proxies; otherwise, those of
 * the exchange.
 */
export type TrustProxy = (exchange: Exchange) => ClientView;

/** What one proxy states about the request that it received. */
interface Statement {
  readonly for?: string | undefined;
  readonly proto?: string | undefined;
  readonly host?: string | undefined;
}

const ADDRESS_AND_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::(?:\d{1,5}|_[\w.-]+))?$/;
const PAIR = /(?:([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+))[ \t]*)?(?:;|$)[ \t]*/y;

/**
 * Compiles the option `trustProxy` to a function that reads `X-Forwarded-For`, `-Proto` and `-Host`, or `Forwarded`
 * (RFC 7239).
 *
 * - Each proxy appends the address from which it received the request. The list is read from the right, as long as the entry
 *   was written by a trusted proxy. The first address that is not a trusted proxy is the client. Everything to the left of
 *   it may be invented by the client, so it is not read.
 * - An entry that is not an IP address (`unknown`, `_hidden`, RFC 7239 section 6) is not trusted: reading ends with the
 *   last address before it. If proxies are counted, such an entry may stand for one of them.
 * - Scheme and host come from the last proxy that was read: from its element of `Forwarded`, or from the same position,
 * counted from the right, in `X-Forwarded-Proto` and `-Host`. If such a list is shorter (proxies tend to replace the value
 * instead of appending), its last value counts, which the nearest proxy wrote. A scheme other than `http` and `https` is
 * ignored, and so is an invalid host.
 * - `Forwarded` counts only if none of the three `X-Forwarded-` headers is present.
 *
 * A server cannot tell who wrote a header. A trusted proxy that passes one on unchanged passes on what the client wrote: it
 * must set, append to or remove each of the three `X-Forwarded-` headers. If it sends `Forwarded`, it must remove all three;
 * if it sends neither, it must remove `Forwarded` too. A number of proxies does not restrict who may connect: it is safe
 * only if clients can reach the server only through all of them (CVE-2026-16732).
 *
 * @returns undefined if nobody is trusted; the headers are then ignored
 * @throws TypeError if an entry is neither an address, a network, nor the name of a network
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

/** The member of a list that was written by the proxy at a hop, counted from 1. */
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
 * The members of a list, from the last to the first. Reading from the left would not be safe: a client that opens a quoted
 * string and does not close it could swallow the members that proxies append.
 */
function* fromRight(list: string | undefined): Generator<string> {
  if (list === undefined || list === '') return;
  for (let end = list.length; end >= 0;) {
    const comma = lastComma(list, end);
    yield list.slice(comma + 1, end).trim();
    end = comma;
  }
}

/** The index of the last comma before `end` that is not in a quoted string, or -1. */
function lastComma(list: string, end: number): number {
  let at = end - 1;
  for (; at >= 0 && list[at] !== ','; at--) {
    // An opening quote follows a `=`. Inside a string, a quote after a `=` has a backslash before it.
    if (list[at] === '"') at = list.lastIndexOf('="', at - 2);
  }
  return Math.max(at, -1);
}

/** One element of `Forwarded` (RFC 7239 section 4); undefined if it is malformed or empty. */
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
