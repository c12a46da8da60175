/** The settings that decide which `Host` values are answered. */
export interface HostSettings {
  readonly production: boolean;
  readonly allowedHosts: readonly string[] | undefined;
  readonly publicUrl: string | undefined;
}

/** A page cannot forge these by pointing its own name at us, and local probes use them. */
const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

function parts(host: string): { name: string; port: string } | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:/@\s]+)(?::(\d{1,5}))?$/i.exec(host);
  const name = match?.[1]?.toLowerCase().replace(/\.$/, '');
  return name === undefined || name === '' ? undefined : { name, port: match?.[2] ?? '' };
}

function matches(allowed: string, host: { name: string; port: string }): boolean {
  const item = parts(/^[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(allowed) ? `[${allowed}]` : allowed);
  return item !== undefined && item.name === host.name && (item.port === '' || item.port === host.port);
}

/**
 * Whether a request for `hostHeader` is answered. Names compare without case; an entry without port matches any port.
 * Without a list: any outside production, else the host of `PUBLIC_URL` (if set) and loopback names.
 */
export function isHostAllowed(hostHeader: string | undefined, settings: HostSettings): boolean {
  const { allowedHosts, production, publicUrl } = settings;
  if (allowedHosts === undefined && (!production || publicUrl === undefined)) return true;
  const host = parts(hostHeader ?? '');
  if (host === undefined) return false;
  if (allowedHosts !== undefined) return allowedHosts.some((item) => matches(item, host));
  return [...LOOPBACK_NAMES, new URL(publicUrl ?? '').hostname].some((item) => matches(item, host));
}
