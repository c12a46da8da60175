import { BlockList, isIP, isIPv6 } from 'node:net';

/** Turns `::ffff:192.0.2.1` into the IPv4 address it maps, and drops zone ids; other addresses stay as they are. */
export function normalizeAddress(address: string): string {
  if (!/[:%]/.test(address)) return address;
  const bare = address.split('%', 1)[0] ?? '';
  return /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare)?.[1] ?? bare.toLowerCase();
}

/** Why `value` is not an address or CIDR range, or `undefined`. */
export function addressFault(value: string): string | undefined {
  const [address = '', bits, ...rest] = value.split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  // A range of mapped addresses contains nothing else.
  const least = version === 6 && normalizeAddress(address) !== address.toLowerCase() ? 96 : 0;
  const isLength = /^\d{1,3}$/.test(bits ?? '') && Number(bits) >= least && Number(bits) <= (version === 6 ? 128 : 32);
  return version && (bits === undefined || isLength) && rest.length === 0
    ? undefined
    : 'must be an IP address or a CIDR range';
}

/** Compiled addresses and CIDR ranges, e.g. of `TRUSTED_PROXIES`, whose `X-Forwarded-*` headers are believed. */
export class AddressRanges {
  private readonly ranges = new BlockList();
  private readonly empty: boolean;

  constructor(list: readonly string[]) {
    this.empty = list.length === 0;
    for (const item of list) {
      const [address = '', bits] = item.split('/');
      const plain = normalizeAddress(address);
      const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.ranges.addAddress(plain, family);
      // Mapped addresses count their prefix bits from the start of the IPv6 address.
      else this.ranges.addSubnet(plain, plain === address.toLowerCase() ? Number(bits) : Number(bits) - 96, family);
    }
  }

  /** @param address in the form that `normalizeAddress` returns */
  has(address: string): boolean {
    return !this.empty && this.ranges.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
}

/** One hop of `X-Forwarded-For`: an address, possibly with a port or in brackets; `undefined` for anything else. */
function hopAddress(hop: string): string | undefined {
  const text = hop.trim();
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = normalizeAddress(bare);
  return isIP(address) ? address : undefined;
}

/**
 * The client's own address: walks `X-Forwarded-For` from the right, past every trusted proxy, to the first hop that is
 * not trusted. Garbage ends the walk at the last credible hop.
 */
export function clientAddress(
  remoteAddress: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  proxies: AddressRanges,
): string {
  let address = normalizeAddress(remoteAddress ?? '');
  if (forwardedFor === undefined || !proxies.has(address)) return address;
  const hops = (typeof forwardedFor === 'string' ? forwardedFor : forwardedFor.join(',')).split(',');
  for (let hop = hops.length - 1; hop >= 0 && proxies.has(address); hop--) {
    const next = hopAddress(hops[hop] ?? '');
    if (next === undefined) break;
    address = next;
  }
  return address;
}

/**
 * What the proxy nearest to the client wrote into an `X-Forwarded-*` header that every proxy appends to; `undefined`
 * when it is absent or does not come from a trusted proxy.
 */
export function forwardedFirst(
  remoteAddress: string | undefined,
  header: string | readonly string[] | undefined,
  proxies: AddressRanges,
): string | undefined {
  if (header === undefined || !proxies.has(normalizeAddress(remoteAddress ?? ''))) return undefined;
  return String(header).split(',', 1)[0]?.trim() || undefined;
}

/** Whether the client uses TLS, to us or to a trusted proxy in front of us. */
export function isTlsRequest(
  encrypted: boolean,
  remoteAddress: string | undefined,
  forwardedProto: string | readonly string[] | undefined,
  proxies: AddressRanges,
): boolean {
  if (encrypted) return true;
  const proto = forwardedFirst(remoteAddress, forwardedProto, proxies)?.toLowerCase();
  return proto === 'https' || proto === 'wss';
}

/**
 * The key for limits per address: an IPv4 address, or the /64 of an IPv6 address, since whoever has one address of a
 * /64 has them all.
 */
export function addressKey(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle: string[] =
    tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...middle, ...right].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${groups.join(':')}::/64`;
}
