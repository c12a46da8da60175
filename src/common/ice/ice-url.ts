import { isIPv4, isIPv6 } from 'node:net';

export type IceScheme = 'stun' | 'stuns' | 'turn' | 'turns';

/** The parts of a STUN (RFC 7064) or TURN (RFC 7065) URL. */
export interface IceUrl {
  readonly scheme: IceScheme;
  /** A host name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

const SHAPE = /^(stuns?|turns?):(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?(\?transport=(?:udp|tcp))?$/;

/** @returns `undefined` when `text` is not such a URL */
export function parseIceUrl(text: string): IceUrl | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, name, bracketed = '', digits, transport] = match;
  const scheme = name as IceScheme;
  const host = bracketed.replace(/^\[|\]$/g, '');
  const port = digits === undefined ? (scheme.endsWith('s') ? 5_349 : 3_478) : Number(digits);
  const address = host !== bracketed ? isIPv6(host) : isIPv4(host) || !/^[\d.]+$/.test(host);
  if (!address || port < 1 || port > 65_535) return undefined;
  return transport !== undefined && scheme.startsWith('stun') ? undefined : { scheme, host, port };
}

/** Why `value` is not a URL of one of `schemes`, or `undefined`. */
export function iceUrlFault(value: string, schemes: readonly IceScheme[]): string | undefined {
  const url = parseIceUrl(value);
  if (url !== undefined && schemes.includes(url.scheme)) return undefined;
  const shapes = schemes.map((scheme) => `${scheme}:host[:port]`);
  return `must be ${shapes.join(' or ')}`;
}
