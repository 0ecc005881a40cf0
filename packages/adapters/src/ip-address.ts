const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
// How a socket for both families shows the address of an IPv4 client.
const MAPPED = /^::ffff:(?=\d+\.)/i;

/** A value if it is an IP address; otherwise undefined. Not with `node:net`, which some runtimes lack. */
export function ipAddress(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 45) return undefined;
  const address = value.replace(MAPPED, '');
  if (IPV4.test(address)) return address;
  return /^[\da-f:.]+$/i.test(value) && value.includes(':') && URL.canParse(`http://[${value}]/`)
    ? value
    : undefined;
}
