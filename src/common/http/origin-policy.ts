/** The settings that decide which pages may talk to the server. */
export interface OriginSettings {
  readonly production: boolean;
  readonly allowedOrigins: readonly string[] | undefined;
  readonly publicUrl: string | undefined;
}

/** Scheme, host and port as browsers write them; `undefined` for `null` and for what is no URL. */
function originOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin } = new URL(url);
  return origin === 'null' ? undefined : origin;
}

/**
 * Whether a page of `origin` may connect. Without `Origin` (native clients, curl) there is no page to protect anybody
 * from. A configured list is exact, with `PUBLIC_URL` in it; otherwise the same origin may, and outside production any.
 */
export function isOriginAllowed(
  origin: string | undefined,
  hostHeader: string | undefined,
  settings: OriginSettings,
  isTls: boolean,
): boolean {
  if (origin === undefined) return true;
  if (settings.allowedOrigins === undefined && !settings.production) return true;
  const asked = originOf(origin);
  if (asked === undefined) return false;
  if (settings.publicUrl !== undefined && asked === originOf(settings.publicUrl)) return true;
  if (settings.allowedOrigins !== undefined) return settings.allowedOrigins.some((item) => originOf(item) === asked);
  return hostHeader !== undefined && asked === originOf(`${isTls ? 'https' : 'http'}://${hostHeader}`);
}
