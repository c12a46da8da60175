/** Where Redis is, according to `REDIS_URL`. */
export interface RedisTarget {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  /** The server; the sentinels; or some servers of the cluster, which know the others. */
  readonly nodes: readonly RedisAddress[];
  /** For sentinels: the name of the group whose master is wanted. */
  readonly master: string;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The password of the sentinels themselves. */
  readonly sentinelPassword: string | undefined;
  readonly tls: boolean;
}

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** The accepted forms, described for whoever sets it. */
export const REDIS_FORMS =
  'Redis that several nodes share: `redis://[user:password@]host[:port][/db]`, ' +
  '`redis+sentinel://[user:password@]host[:port],…/<master name>[/db][?sentinelPassword=…]` or ' +
  '`redis+cluster://[user:password@]host[:port],…`; `rediss` instead of `redis` for TLS. At least version 7.0.';

const FORM =
  'must be redis://host[:port][/db], redis+sentinel://host[:port],…/<master name>[/db] or redis+cluster://host[:port],…; ' +
  'rediss for TLS';
const URL_FORM =
  /^redis(?<tls>s)?(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^@/?]+)(?<path>\/[^?]*)?(?:\?(?<query>.*))?$/;
const PORTS = { single: 6379, sentinel: 26379, cluster: 6379 } as const;

/**
 * Parses any of the three forms. User, password and master name may be percent-encoded.
 * @throws Error with the reason, which never quotes the text because it may contain a password
 */
export function parseRedisUrl(text: string): RedisTarget {
  const parts = URL_FORM.exec(text)?.groups;
  if (parts === undefined) throw new Error(FORM);
  const kind = (parts['kind'] ?? 'single') as RedisTarget['kind'];
  const nodes = (parts['hosts'] ?? '').split(',').map((item) => parseAddress(item, PORTS[kind]));
  if (kind === 'single' && nodes.length > 1) throw new Error('names several servers: begin it with redis+cluster://');
  const { master, database } = parsePath(kind, parts['path'] ?? '');
  return {
    kind,
    nodes,
    master,
    database,
    username: decode(parts['user']),
    password: decode(parts['password']),
    sentinelPassword: sentinelPassword(parts['query']),
    tls: parts['tls'] !== undefined,
  };
}

/** `/<master name>/<database>` after sentinels, `/<database>` after a server. */
function parsePath(kind: RedisTarget['kind'], path: string): { master: string; database: number } {
  const parts = path.split('/').slice(1).filter(Boolean);
  const master = kind === 'sentinel' ? decode(parts.shift()) : undefined;
  if (kind === 'sentinel' && !master) throw new Error('must name the master after the sentinels: …/<master name>');
  const [database = '0', ...rest] = parts;
  if (!/^\d{1,5}$/.test(database) || rest.length > 0) throw new Error('must have a database number after the last /');
  if (kind === 'cluster' && database !== '0') throw new Error('cannot choose a database: a cluster has only 0');
  return { master: master ?? '', database: Number(database) };
}

/** Why `text` has none of the forms, or `undefined`. */
export function redisUrlFault(text: string): string | undefined {
  try {
    parseRedisUrl(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function parseAddress(item: string, defaultPort: number): RedisAddress {
  const { host, port } =
    /^(?<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(?<port>\d{1,5}))?$/.exec(item.trim())?.groups ?? {};
  const number = port === undefined ? defaultPort : Number(port);
  if (host === undefined || number < 1 || number > 65_535) throw new Error(FORM);
  return { host: host.replace(/^\[|\]$/g, ''), port: number };
}

function sentinelPassword(query: string | undefined): string | undefined {
  if (query === undefined) return undefined;
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (name !== 'sentinelPassword') throw new Error('knows no parameter but sentinelPassword');
  }
  return parameters.get('sentinelPassword') ?? undefined;
}

function decode(part: string | undefined): string | undefined {
  if (!part) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error('must percent-encode special characters in its user, password or master name');
  }
}
