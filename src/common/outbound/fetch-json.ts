import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type OutboundAddresses } from './outbound-addresses.js';

export interface FetchLimits {
  /** For the whole request, from name resolution to the last byte. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * Why `text` is not a URL that may be fetched, or `undefined`. What its host name resolves to is checked when
 * connecting.
 */
export function outboundUrlFault(text: string, addresses: OutboundAddresses): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold credentials';
  const host = hostOf(url);
  // Over plain HTTP, anybody on the way could replace the keys; networks named by the operator are trusted.
  if (isIP(host) && !isAllowed(url, host, addresses))
    return 'must not lead to a private address, nor by http:// elsewhere';
  return undefined;
}

/**
 * Fetches JSON from a URL that somebody else has chosen. Never connects to an address that `addresses` refuses, however
 * the name resolves at that moment: the address checked is the address connected to. Follows no redirects.
 * @throws Error saying why there is no result
 */
export function fetchJson(url: URL, addresses: OutboundAddresses, limits: FetchLimits): Promise<unknown> {
  const fault = outboundUrlFault(url.href, addresses);
  if (fault !== undefined) return Promise.reject(new Error(`the URL ${fault}`));
  return new Promise((fulfil, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const asked = request(url, {
      // A connection of its own, never one that was opened for somebody else.
      agent: false,
      lookup: guarded(url, addresses),
      signal: AbortSignal.timeout(limits.timeoutMs),
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'switchboard' },
    });
    asked.on('error', reject);
    // Nothing else tells of an answer that switches protocols; afterwards even the time limit has no effect.
    asked.on('close', () => {
      reject(new Error('the answer was cut'));
    });
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
