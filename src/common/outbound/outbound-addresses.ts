import { AddressRanges, normalizeAddress } from '../http/policy/client-address.js';
import { isIPv6 } from 'node:net';

/** IPv4 addresses that are not public unicast (IANA's special-purpose registry, multicast, reserved). */
const SPECIAL_V4 = new AddressRanges([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]);
const UNICAST_V6 = new AddressRanges(['2000::/3']);
/** Ranges in it that stand for something else: Teredo, documentation, 6to4. */
const SPECIAL_V6 = new AddressRanges(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/** Where this server may connect to when somebody else chooses the destination. */
export class OutboundAddresses {
  private readonly named: AddressRanges;

  /** @param allowed addresses and CIDR ranges, which may be private */
  constructor(allowed: readonly string[]) {
    this.named = new AddressRanges(allowed);
  }

  /** Whether the operator has named it. */
  isNamed(address: string): boolean {
    return this.named.has(normalizeAddress(address));
  }

  has(address: string): boolean {
    const plain = normalizeAddress(address);
    if (this.named.has(plain)) return true;
    return isIPv6(plain) ? UNICAST_V6.has(plain) && !SPECIAL_V6.has(plain) : !SPECIAL_V4.has(plain);
  }
}
