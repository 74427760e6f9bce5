import { isIPv6 } from 'node:net';

/** Longer than any address, shorter than what a header could make somebody remember. */
const LONGEST = 64;
const MAPPED = /^::ffff:(?=\d+\.)/i;
/** The half of an IPv6 address that one connection is given; it chooses the other half itself, and anew for each request. */
const NETWORK_GROUPS = 4;

/** By what callers from an address are told apart: an IPv4 address itself, of an IPv6 address its /64. */
export function networkOf(address: string): string {
  const plain = address.replace(MAPPED, '');
  if (!isIPv6(plain)) return plain.slice(0, LONGEST);
  const [head = '', tail] = plain.split('::').map(part => part.split(':').filter(Boolean));
  const gap = 8 - head.length - (tail?.length ?? 0);
  const groups = tail ? [...head, ...Array<string>(gap).fill('0'), ...tail] : [...head];
  const network = groups.slice(0, NETWORK_GROUPS).map(group => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
