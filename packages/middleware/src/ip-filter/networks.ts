import { BlockList, isIP } from 'node:net';

import type { Check } from '@blaizejs/errors/internal';

// A zone (`fe80::1%eth0`) has a meaning only on the machine that names it.
const NETWORK = /^([^/%]+)(?:\/(\d{1,3}))?$/;
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** The check of one address or network. */
export const network: Check<string> = (value, path, report) => {
  if (typeof value !== 'string' || !parseNetwork(value)) {
    report(path, value, 'an address or a network, such as "10.0.0.0/8" or "::1"', suggest(value));
  }
  return value as string;
};

function suggest(value: unknown): string | undefined {
  // It looks like a network of IPv4, but has every address of it if the prefix is shorter than 96 (CVE-2026-92395).
  return typeof value === 'string' && /^::ffff:.*\./i.test(value)
    ? 'Write networks of IPv4 as such: "10.0.0.0/8". They include mapped addresses.'
    : undefined;
}

function parseNetwork(text: string): Network | undefined {
  const [, address = '', length] = NETWORK.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0 || MAPPED.test(address)) return undefined;
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  return prefix > bits ? undefined : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** Whether an address is in one of the networks. An empty one, which means that it is not known, never is. */
export function compileNetworks(texts: readonly string[]): (ip: string) => boolean {
  const blocks = new BlockList();
  for (const text of texts) {
    const parsed = parseNetwork(text);
    if (parsed) blocks.addSubnet(parsed.address, parsed.prefix, parsed.family);
  }
  return (ip) => {
    const [, mapped] = MAPPED.exec(ip) ?? [];
    const address = mapped ?? ip;
    const version = isIP(address);
    return version !== 0 && blocks.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}
