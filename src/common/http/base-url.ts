import { type Request } from 'express';
import { type TrustedProxies } from './client-address.js';
import { isTls } from './configure-http.js';

/** The address, without trailing slash, that links point at: the configured one, else the one this request came to. */
export function baseUrl(request: Request, publicUrl: string | undefined, proxies: TrustedProxies): string {
  if (publicUrl !== undefined) return publicUrl;
  return `${isTls(request, proxies) ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`;
}
