import { Injectable } from '@nestjs/common';
import { type IncomingHttpHeaders } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { digestsEqual, sha256 } from '../../common/security/digest.js';
import { AppConfig } from '../../config/app-config.js';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** A proxy on this machine connects from loopback, too, but its clients are not local. */
const PROXY_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
] as const;

/**
 * Who may read `/metrics`: the holder of `METRICS_TOKEN` if it is set; otherwise anybody, in production only from this
 * machine.
 */
@Injectable()
export class MetricsAccess {
  private readonly tokenDigest: Buffer | null;

  constructor(private readonly config: AppConfig) {
    const { metricsToken } = config.observability;
    this.tokenDigest = metricsToken === undefined ? null : sha256(metricsToken);
  }

  /** @param peer address of the TCP peer itself, whatever headers say */
  judge(headers: IncomingHttpHeaders, peer: string | undefined): 'allowed' | 'unauthenticated' | 'forbidden' {
    if (this.tokenDigest !== null) {
      const token = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
      return token !== undefined && digestsEqual(sha256(token), this.tokenDigest) ? 'allowed' : 'unauthenticated';
    }
    if (!this.config.production) return 'allowed';
    const proxied = PROXY_HEADERS.some((name) => headers[name] !== undefined);
    return !proxied && isLoopback(peer) ? 'allowed' : 'forbidden';
  }
}

function isLoopback(address = ''): boolean {
  if (address === '') return false;
  return LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
