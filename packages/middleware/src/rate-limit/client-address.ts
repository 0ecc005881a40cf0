/**
 * The part of an address that stands for one client: an IPv4 address, or the first 64 bits of an IPv6 address, as any
 * client may choose the others (RFC 6177). An IPv4 address in an IPv6 address (`::ffff:192.0.2.1`, `::ffff:c000:201`,
 * RFC 4291 section 2.5.5.2) is that IPv4 address.
 */
export function clientAddress(ip: string): string {
  if (!ip.includes(':')) return ip;
  const groups = groupsOf(ip);
  if (!groups) return ip;
  const [high = 0, low = 0] = groups.slice(6);
  const isIpv4 = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isIpv4) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an IPv6 address; undefined if it is none. */
function groupsOf(ip: string): number[] | undefined {
  // A zone (`%eth0`) has a meaning only on this machine, and `URL` does not know it.
  const [address = ''] = ip.split('%', 1);
  const url = `http://[${address}]`;
  if (!/^[\da-f:.]+$/i.test(address) || !URL.canParse(url)) return undefined;
  const [before = '', after] = new URL(url).hostname.slice(1, -1).split('::');
  const left = readGroups(before);
  const right = readGroups(after ?? '');
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function readGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => parseInt(group, 16));
}
