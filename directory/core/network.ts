import { isIPv4, isIPv6 } from 'node:net';

/**
 * What counts as one client, wherever attempts are counted: an IPv4 address, also in IPv6's clothes (RFC 4291 §2.5.5.2), and the first 64
 * bits of an IPv6 address, since whoever has one of these addresses has them all. What is no address stays as it is.
 */
export function networkOf(address: string): string {
  const [bare = ''] = address.toLowerCase().split('%', 1);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1] ?? bare;
  if (isIPv4(mapped) || !isIPv6(mapped) || mapped === '::1') return mapped;
  const [head = '', tail] = mapped.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? left : [...left, ...new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** Is a network this machine, where no stranger comes from? So is what is no address: `ldapi`. */
export function isHere(network: string): boolean {
  return network === '::1' || network.startsWith('127.') || !/[.:]/.test(network);
}
