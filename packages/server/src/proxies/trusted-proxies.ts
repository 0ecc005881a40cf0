import { BlockList, isIP } from 'node:net';

/**
 * The proxies to trust: none, a number of them, or a list of addresses. An entry is an address, a network such as
 * `10.0.0.0/8`, or one of the names `loopback`, `linklocal` and `uniquelocal`. A network that contains every address, or
 * every IPv4 address (`::ffff:10.0.0.0/8`), is refused.
 */
export type TrustProxyOption = false | number | readonly string[];

/**
 * Whether a hop is a trusted proxy.
 *
 * @param address undefined if it is unknown
 * @param hop 0 for the peer that is connected to the server, 1 for that peer's own peer, and so on
 */
export type Trusts = (address: string | undefined, hop: number) => boolean;

const NAMED = new Map([
  ['loopback', ['127.0.0.0/8', '::1']],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
]);

// A prefix of 0 bits would match everyone, clients included. A zone has a meaning only on the machine that names it.
const NETWORK = /^([^/%]+)(?:\/([1-9]\d{0,2}))?$/;

/** Whether `trustProxy` may list a value: an address, a network, or the name of networks. */
export function isProxyNetwork(value: unknown): value is string {
  return typeof value === 'string' && (NAMED.has(value) || parseNetwork(value) !== undefined);
}

/** @returns undefined if nobody is trusted */
export function trustedProxies(option: TrustProxyOption): Trusts | undefined {
  if (option === false) return undefined;
  if (typeof option === 'number') return (_address, hop) => hop < option;
  const networks = option.flatMap((entry) => NAMED.get(entry) ?? entry);
  if (networks.length === 0) return undefined;
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (!network)
      throw new TypeError(`trustProxy: ${JSON.stringify(text)} is neither an address nor a network.`);
    list.addSubnet(network.address, network.prefix, familyOf(network.address));
  }
  // A BlockList is slow on Node 20, and most requests come from the same proxy.
  let latest: string | undefined;
  return (address) => {
    if (address === undefined) return false;
    // An IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) matches an IPv4 network too.
    if (address !== latest && !list.check(address, familyOf(address))) return false;
    latest = address;
    return true;
  };
}

function parseNetwork(text: string): { address: string; prefix: number } | undefined {
  const [, address = '', length] = NETWORK.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return undefined;
  return version === 6 && trustsAllOfIpv4(address, prefix) ? undefined : { address, prefix };
}

/** `::ffff:10.0.0.0/8` looks like an IPv4 network, but contains every address (CVE-2026-92395). */
function trustsAllOfIpv4(address: string, prefix: number): boolean {
  const network = new BlockList();
  network.addSubnet(address, prefix, 'ipv6');
  return network.check('::ffff:0.0.0.0', 'ipv6') && network.check('::ffff:255.255.255.255', 'ipv6');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
