import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type OutboundAddresses } from './outbound-addresses.js';

export interface FetchLimits {
  /** For all of it, from the name to the last byte. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Why `url` is nothing that is fetched, or `undefined`; what its name resolves to is seen when it is. */
export function outboundUrlFault(text: string, addresses: OutboundAddresses): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold credentials';
  const host = hostOf(url);
  // Whoever can read along could put in keys of their own; on networks that the operator has named, that is settled.
  if (isIP(host) && !isAllowed(url, host, addresses))
    return 'must not lead to a private address, nor by http:// elsewhere';
  return undefined;
}

/**
 * The JSON at a URL that somebody else has named. Connects to no address that `addresses` refuses, however the name
 * resolves at that moment: the address that is checked is the one that is connected to. Follows no redirect.
 * @throws Error that says why there is none
 */
export function fetchJson(url: URL, addresses: OutboundAddresses, limits: FetchLimits): Promise<unknown> {
  const fault = outboundUrlFault(url.href, addresses);
  if (fault !== undefined) return Promise.reject(new Error(`the URL ${fault}`));
  return new Promise((fulfil, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const asked = request(url, {
      // A connection of its own, so that none is used that was made for somebody else.
      agent: false,
      lookup: guarded(url, addresses),
      signal: AbortSignal.timeout(limits.timeoutMs),
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'switchboard' },
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        reject(new Error(`it was answered with ${String(response.statusCode)}`));
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > limits.maxBytes) response.destroy(new Error(`the answer is larger than ${limits.maxBytes} bytes`));
      });
      response.on('error', reject);
      response.on('close', () => {
        reject(new Error('the answer was cut'));
      });
      response.on('end', () => {
        try {
          fulfil(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        } catch {
          reject(new Error('the answer is no JSON'));
        }
      });
    });
    asked.end();
  });
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

const isAllowed = ({ protocol }: URL, address: string, addresses: OutboundAddresses): boolean =>
  protocol === 'https:' ? addresses.has(address) : addresses.isNamed(address);

/** Resolves names to those of their addresses that may be connected to. */
function guarded(url: URL, addresses: OutboundAddresses): LookupFunction {
  return (hostname, options: LookupOptions, done) => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) {
        done(error, []);
        return;
      }
      const allowed = found.filter(({ address }) => isAllowed(url, address, addresses));
      const [first] = allowed;
      if (first === undefined) done(new Error('its name leads to no address that may be connected to'), []);
      else if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}
