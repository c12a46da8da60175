import http, { type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchJson, outboundUrlFault } from './fetch-json.js';
import { OutboundAddresses } from './outbound-addresses.js';

const LIMITS = { timeoutMs: 3_000, maxBytes: 1_000 };
const loopback = new OutboundAddresses(['127.0.0.0/8', '::1']);

describe('fetching untrusted URLs', () => {
  const servers: http.Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  let asked = 0;
  async function serve(listener: RequestListener): Promise<number> {
    asked = 0;
    const server = http.createServer((request, response) => {
      asked++;
      listener(request, response);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
  const get = (url: string, addresses = loopback, limits = LIMITS) => fetchJson(new URL(url), addresses, limits);

  it('returns the JSON', async () => {
    const port = await serve((_request, response) => response.end('{"a":1}'));
    expect(await get(`http://127.0.0.1:${port}/`)).toEqual({ a: 1 });
    expect(await get(`http://localhost:${port}/`)).toEqual({ a: 1 });
  });

  it('checks the address that a name resolves to, not the name', async () => {
    const port = await serve((_request, response) => response.end('{}'));
    for (const host of ['localhost', '127.0.0.1', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1']) {
      await expect(get(`http://${host}:${port}/`, new OutboundAddresses([]))).rejects.toThrow();
      await expect(get(`https://${host}:${port}/`, new OutboundAddresses(['10.0.0.0/8']))).rejects.toThrow(
        /private address|no address/,
      );
    }
    expect(asked).toBe(0);
  });

  it('follows no redirect', async () => {
    const port = await serve((_request, response) => response.writeHead(302, { location: 'http://127.0.0.1/' }).end());
    await expect(get(`http://127.0.0.1:${port}/`)).rejects.toThrow('302');
    expect(asked).toBe(1);
  });

  it('limits the size and the time', async () => {
    const big = await serve((_request, response) => response.end(`"${'x'.repeat(1_000)}"`));
    await expect(get(`http://127.0.0.1:${big}/`)).rejects.toThrow('larger');
    const slow = await serve((_request, response) => response.writeHead(200).write('{'));
    await expect(get(`http://127.0.0.1:${slow}/`, loopback, { ...LIMITS, timeoutMs: 50 })).rejects.toThrow();
    const cut = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('{', () => response.destroy());
    });
    await expect(get(`http://127.0.0.1:${cut}/`)).rejects.toThrow();
    const text = await serve((_request, response) => response.end('<html>'));
    await expect(get(`http://127.0.0.1:${text}/`)).rejects.toThrow('no JSON');
  });

  it('takes another protocol for no answer', async () => {
    const port = await serve(({ socket }) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n'),
    );
    await expect(get(`http://127.0.0.1:${port}/`)).rejects.toThrow('cut');
  });

  it.each([
    'ftp://example.org/',
    'file:///etc/passwd',
    'https://user:secret@example.org/',
    'https://169.254.169.254/',
    'https://[fd00::1]/',
    'http://1.1.1.1/',
    'nonsense',
  ])('refuses %s at once', (url) => {
    expect(outboundUrlFault(url, new OutboundAddresses([]))).toBeDefined();
  });

  it('accepts names without looking them up', () => {
    expect(outboundUrlFault('https://login.example.org/keys', new OutboundAddresses([]))).toBeUndefined();
  });
});
