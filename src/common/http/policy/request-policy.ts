import { type IncomingMessage } from 'node:http';
import { clientAddress, forwardedFirst, isTlsRequest, AddressRanges } from './client-address.js';
import { HeldBodies } from './held-bodies.js';
import { type HostSettings, isHostAllowed } from './host-policy.js';
import { isOriginAllowed, type OriginSettings } from './origin-policy.js';

const BAD_REQUEST = 400;
const FORBIDDEN = 403;

interface PolicySettings {
  readonly production: boolean;
  readonly http: Omit<HostSettings & OriginSettings, 'production'> & { readonly trustedProxies: readonly string[] };
}

/**
 * The host, origin and proxy settings and the limits for held bodies, applied alike to HTTP, upgrades and Engine.IO's
 * requests.
 */
export class RequestPolicy {
  readonly bodies = new HeldBodies((request) => this.clientAddress(request));
  private readonly proxies: AddressRanges;
  private readonly settings: HostSettings & OriginSettings;

  constructor({ production, http }: PolicySettings) {
    this.proxies = new AddressRanges(http.trustedProxies);
    this.settings = { production, ...http };
  }

  /** @returns the status to refuse the request with; `undefined` when it may proceed */
  refuse(request: IncomingMessage): number | undefined {
    if (!this.isHostAllowed(request)) return BAD_REQUEST;
    return this.isOriginAllowed(request) ? undefined : FORBIDDEN;
  }

  isHostAllowed(request: IncomingMessage): boolean {
    return !hasSeveralHosts(request) && isHostAllowed(this.hostOf(request), this.settings);
  }

  isOriginAllowed(request: IncomingMessage): boolean {
    return isOriginAllowed(request.headers.origin, this.hostOf(request), this.settings, this.isTls(request));
  }

  /**
   * Whether a page that is neither ours nor named in the settings made a browser send this without needing to read the
   * response: links, images and forms send `Sec-Fetch-Site`, and sometimes no `Origin`.
   */
  isForeignPage(request: IncomingMessage): boolean {
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (origin === undefined) return site === 'cross-site';
    return !isOriginAllowed(origin, this.hostOf(request), { ...this.settings, production: true }, this.isTls(request));
  }

  /** Whether the client uses TLS, to us or to a trusted proxy in front of us. */
  isTls({ socket, headers }: IncomingMessage): boolean {
    return isTlsRequest('encrypted' in socket, socket.remoteAddress, headers['x-forwarded-proto'], this.proxies);
  }

  clientAddress({ socket, headers }: IncomingMessage): string {
    return clientAddress(socket.remoteAddress, headers['x-forwarded-for'], this.proxies);
  }

  /** The base for links, without a trailing slash: the configured URL, otherwise the one this request came to. */
  baseUrl(request: IncomingMessage): string {
    const { publicUrl } = this.settings;
    return publicUrl ?? `${this.isTls(request) ? 'https' : 'http'}://${this.hostOf(request) ?? 'localhost'}`;
  }

  /** The host that the client asked for, from us or from a trusted proxy in front of us. */
  private hostOf({ socket, headers }: IncomingMessage): string | undefined {
    return forwardedFirst(socket.remoteAddress, headers['x-forwarded-host'], this.proxies) ?? headers.host;
  }
}

/**
 * With several `Host` headers, a proxy in front may have read another one than we do; RFC 9112, 3.2 requires refusing
 * them.
 */
function hasSeveralHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts > 1;
}
