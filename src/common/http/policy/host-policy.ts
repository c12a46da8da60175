/** The settings that decide which `Host` values are served. */
export interface HostSettings {
  readonly production: boolean;
  readonly allowedHosts: readonly string[] | undefined;
  readonly publicUrl: string | undefined;
  /** This node's own URL, if it has one. */
  readonly nodeUrl: string | undefined;
}

interface Host {
  readonly name: string;
  readonly port: string;
}

/** Local probes use these names, and no page can abuse them by DNS rebinding. */
const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
/** Ports that clients leave out of `Host`. */
const DEFAULT_PORTS: readonly string[] = ['80', '443'];

function parts(host: string): Host | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:/@\s]+)(?::(\d{1,5}))?$/i.exec(host);
  const name = match?.[1]?.toLowerCase().replace(/\.$/, '');
  return name === undefined || name === '' ? undefined : { name, port: match?.[2] ?? '' };
}

/** An entry of the list; IPv6 addresses may be written without brackets. */
function entry(allowed: string): Host | undefined {
  return parts(/^[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(allowed) ? `[${allowed}]` : allowed);
}

function matches(allowed: string, host: Host): boolean {
  const item = entry(allowed);
  if (item?.name !== host.name) return false;
  return item.port === '' || item.port === host.port || (host.port === '' && DEFAULT_PORTS.includes(item.port));
}

/** Why `text` cannot be a `Host` value, or `undefined`. Patterns are not accepted. */
export function hostFault(text: string): string | undefined {
  const name = entry(text)?.name ?? '';
  return name.startsWith('[') || /^[a-z\d_-][a-z\d._-]*$/.test(name)
    ? undefined
    : 'must be a host name or address, host[:port] without scheme, path or pattern';
}

/**
 * Whether a request for `hostHeader` is served. Names are compared without regard to case; an entry without a port
 * matches any port. Without a list, every host is served outside production; in production only that of `PUBLIC_URL`
 * (if set) and loopback names. The host of `NODE_URL` is always served, because clients are sent there.
 */
export function isHostAllowed(hostHeader: string | undefined, settings: HostSettings): boolean {
  const { allowedHosts, production, publicUrl, nodeUrl } = settings;
  if (allowedHosts === undefined && (!production || publicUrl === undefined)) return true;
  const host = parts(hostHeader ?? '');
  if (host === undefined) return false;
  const allowed = allowedHosts ?? [...LOOPBACK_NAMES, new URL(publicUrl ?? '').hostname];
  return (
    allowed.some((item) => matches(item, host)) || (nodeUrl !== undefined && new URL(nodeUrl).hostname === host.name)
  );
}
