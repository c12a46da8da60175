/** The settings that decide which pages may talk to the server. */
export interface OriginSettings {
  readonly production: boolean;
  readonly allowedOrigins: readonly string[] | undefined;
  readonly publicUrl: string | undefined;
}

/** Sandboxed frames and local files send `null`; some web views send `file://` for local files. */
const WITHOUT_HOST: readonly string[] = ['null', 'file://'];
/** Schemes that no page comes from. */
const NO_PAGES: readonly string[] = ['ws:', 'wss:', 'ftp:'];

/**
 * Scheme, host and port in the form used for comparison; `undefined` when `url` is not a URL. Built by hand, because
 * `URL.origin` is `null` for the schemes of apps and extensions.
 */
function originOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  return `${protocol}//${hostname.toLowerCase().replace(/\.$/, '')}${port === '' ? '' : `:${port}`}`;
}

/** Why `text` cannot be the origin of a page, or `undefined`. Patterns are not accepted. */
export function originFault(text: string): string | undefined {
  if (WITHOUT_HOST.includes(text)) return undefined;
  const isOrigin = /^[a-z][a-z\d+.-]*:\/\/[\p{L}\p{M}\p{N}_.:[\]-]+\/?$/iu.test(text) && URL.canParse(text);
  const { protocol, hostname } = new URL(isOrigin ? text : 'wss://none');
  const isName = !protocol.startsWith('http') || !/^\.|\.\./.test(hostname);
  return isName && !NO_PAGES.includes(protocol)
    ? undefined
    : 'must be an origin as browsers write it, scheme://host[:port] without path or pattern, or null';
}

/**
 * Whether a page of `origin` may connect. Requests without `Origin` (native clients, curl) are allowed: there is no
 * page to guard against. A configured list is exact, plus `PUBLIC_URL`; without one, only the same origin is allowed in
 * production, and any outside it.
 */
export function isOriginAllowed(
  origin: string | undefined,
  hostHeader: string | undefined,
  settings: OriginSettings,
  isTls: boolean,
): boolean {
  if (origin === undefined) return true;
  const { allowedOrigins, production, publicUrl } = settings;
  if (allowedOrigins === undefined && !production) return true;
  if (origin === 'null') return allowedOrigins?.includes(origin) ?? false;
  const asked = originOf(origin);
  if (asked === undefined) return false;
  if (publicUrl !== undefined && asked === originOf(publicUrl)) return true;
  if (allowedOrigins !== undefined) return allowedOrigins.some((item) => originOf(item) === asked);
  return hostHeader !== undefined && asked === originOf(`${isTls ? 'https' : 'http'}://${hostHeader}`);
}
