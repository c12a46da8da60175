import { type IncomingMessage } from 'node:http';
import { type TLSSocket } from 'node:tls';
import { clientAddress, isTlsRequest, TrustedProxies } from '../../common/http/client-address.js';
import { isHostAllowed } from '../../common/http/host-policy.js';
import { isOriginAllowed } from '../../common/http/origin-policy.js';
import { type AppConfig } from '../../config/app-config.js';
import { type UpgradePolicy } from './upgrade-router.js';

const BAD_REQUEST = 400;
const FORBIDDEN = 403;

/** The host, origin and proxy settings, applied to upgrades and Engine.IO requests as they are to HTTP. */
export class RequestPolicy implements UpgradePolicy {
  private readonly proxies: TrustedProxies;
  private readonly settings;

  constructor(config: AppConfig) {
    this.proxies = new TrustedProxies(config.http.trustedProxies);
    this.settings = { production: config.production, ...config.http };
  }

  refuse(request: IncomingMessage): number | undefined {
    const { headers, socket } = request;
    if (!isHostAllowed(headers.host, this.settings)) return BAD_REQUEST;
    const encrypted = (socket as Partial<TLSSocket>).encrypted === true;
    const isTls = isTlsRequest(encrypted, socket.remoteAddress, headers['x-forwarded-proto'], this.proxies);
    return isOriginAllowed(headers.origin, headers.host, this.settings, isTls) ? undefined : FORBIDDEN;
  }

  clientAddress(request: IncomingMessage): string {
    return clientAddress(request.socket.remoteAddress, request.headers['x-forwarded-for'], this.proxies);
  }
}
