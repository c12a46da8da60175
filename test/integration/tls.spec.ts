import { writeFile } from 'node:fs/promises';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ConfigError, loadConfig } from '../../src/config/load-config.js';
import { ADMIN, ADMIN_ENV } from '../support/api.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { cleanUpProcesses, type ServerProcess, startProcess } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { authorized, WELCOME } from '../support/services.js';
import { WsClient } from '../support/ws-client.js';

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers freely
  readonly body: any;
}

/** One request over a connection of its own. */
function request(url: string, ca: string, body?: object, token?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const call = https.request(url, { ca, headers, method: body ? 'POST' : 'GET', agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(text) });
      });
    });
    call.once('error', reject).end(body && JSON.stringify(body));
  });
}

/** Common name of the certificate in a new handshake. */
async function servedName(url: string): Promise<string | string[] | undefined> {
  const socket = tls.connect({ host: '127.0.0.1', port: Number(new URL(url).port), rejectUnauthorized: false });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return CN;
}

/** Resolves when the output has grown by a line with `text`. */
async function hangUp(server: ServerProcess, text: string): Promise<string> {
  const before = server.output().length;
  server.kill('SIGHUP');
  await expect.poll(() => server.output().slice(before), { timeout: 5_000 }).toContain(text);
  return server.output().slice(before);
}

describeWith('openssl', 'TLS on the one port', () => {
  let database: TestDatabase;
  /** Its files are what the server reads. */
  let certificate: TestCertificate;
  let first: TestCertificate;
  let other: TestCertificate;
  let server: ServerProcess;
  let url: string;

  beforeAll(async () => {
    other = await makeCertificate('second.example');
    database = await createTestDatabase();
    [first, certificate] = [await makeCertificate('first.example'), await makeCertificate()];
    await first.copyTo(certificate);
    const files = { TLS_CERT: certificate.certFile, TLS_KEY: certificate.keyFile };
    server = await startProcess({ ...ADMIN_ENV, DATABASE_URL: database.url, ...files });
    url = await server.url;
  }, 300_000);
  afterAll(async () => {
    await cleanUpProcesses();
    await database.drop();
    for (const each of [first, certificate, other]) await each.remove();
  });
  /** Every test begins with the first one, whichever the one before has left. */
  beforeEach(async () => {
    await first.copyTo(certificate);
    await hangUp(server, 'Certificate reloaded');
  });

  it('serves REST and WebSocket, and tells browsers to stay with TLS', async () => {
    expect(url).toMatch(/^https:/);
    const ca = first.cert;
    const { status, headers, body } = await request(`${url}/api/v1/auth/login`, ca, ADMIN);
    expect(status).toBe(200);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');

    const service = await request(`${url}/api/v1/services`, ca, { title: 'Encrypted' }, body.accessToken as string);
    const wss = `${url.replace('https', 'wss')}/ws/`;
    // The origin of this server's pages begins with https.
    const host = await WsClient.open(wss, { ca, origin: url });
    const client = await WsClient.open(wss, { ca });
    for (const [socket, token, role] of [
      [host, service.body.hostToken, 'host'],
      [client, service.body.clientToken, 'client'],
    ] as const) {
      await socket.expectNext(WELCOME);
      socket.send({ token: token as string });
      await socket.expectNext(authorized(role));
    }
    await host.next();
    const text = 'ä'.repeat(300_000);
    host.send({ text });
    await client.expectNext({ text });
    const { items } = (await request(`${url}/api/v1/connections`, ca, undefined, body.accessToken as string)).body;
    expect(items).toHaveLength(2);
    await host.close();
    await client.close();
  });

  it('does not talk in clear', async () => {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1'))).on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(received).not.toContain('HTTP/1.1 200');
  });

  it('reads a renewed certificate at SIGHUP, and open sockets go on', async () => {
    const early = await WsClient.open(`${url.replace('https', 'wss')}/ws/`, { ca: first.cert });
    await early.expectNext(WELCOME);
    expect(await servedName(url)).toBe('first.example');
    await other.copyTo(certificate);
    await hangUp(server, 'Certificate reloaded');
    expect(await servedName(url)).toBe('second.example');
    early.send({ token: 'nobody' });
    await early.expectNext({ type: 'server_error', message: 'Invalid token' });
    expect((await request(`${url}/health/live`, other.cert)).status).toBe(200);
  });

  it('keeps the certificate it has when the new one cannot be used, and says why without quoting it', async () => {
    await writeFile(certificate.keyFile, 'the secret garbage');
    expect(await hangUp(server, 'Certificate not reloaded')).toContain('TLS_KEY holds no unencrypted private key');
    expect(await servedName(url)).toBe('first.example');
    // The state while a renewal has written one file and not yet the other.
    await other.copyTo(certificate);
    await writeFile(certificate.certFile, first.cert);
    expect(await hangUp(server, 'Certificate not reloaded')).toContain('TLS_KEY is not the key of the certificate');
    expect(await servedName(url)).toBe('first.example');
    expect(server.output()).not.toContain('secret garbage');
    await other.copyTo(certificate);
    await hangUp(server, 'Certificate reloaded');
    expect(await servedName(url)).toBe('second.example');
  });

  it('does not start with a certificate that cannot be used, and names it among the other errors', async () => {
    await writeFile(certificate.certFile, 'no certificate');
    const files = { TLS_CERT: certificate.certFile, TLS_KEY: certificate.keyFile };
    const refused = await startProcess({ ...files, PORT: 'many' });
    expect(await refused.exited).toEqual({ code: 1, signal: null });
    expect(refused.output()).toMatch(
      /^Bad configuration:\n {2}PORT [^\n]+\n {2}TLS_CERT holds no certificate[^\n]*\n$/,
    );
  });

  it('names what is wrong with the files', async () => {
    const { certFile, keyFile } = certificate;
    const encrypted = await makeCertificate('encrypted.example', '-passout', 'pass:sesame');
    const empty = `${certFile}.empty`;
    await writeFile(empty, '');
    const faults = (TLS_CERT: string, TLS_KEY: string): readonly string[] => {
      try {
        loadConfig({ TLS_CERT, TLS_KEY });
        return [];
      } catch (error) {
        return (error as ConfigError).faults;
      }
    };
    expect(faults(certFile, keyFile)).toEqual([]);
    expect(faults('', '')).toEqual([]);
    for (const [cert, key, fault] of [
      [certFile, '', /^TLS_KEY must be set when TLS_CERT is$/],
      ['', keyFile, /^TLS_CERT must be set when TLS_KEY is$/],
      ['/nowhere/cert.pem', keyFile, /^TLS_CERT cannot be read: ENOENT/],
      [certFile, '/tmp', /^TLS_KEY cannot be read: EISDIR/],
      [empty, keyFile, /^TLS_CERT holds no certificate/],
      [certFile, empty, /^TLS_KEY holds no unencrypted private key/],
      [keyFile, keyFile, /^TLS_CERT holds no certificate/],
      [certFile, other.keyFile, /^TLS_KEY is not the key/],
      [encrypted.certFile, encrypted.keyFile, /^TLS_KEY holds no unencrypted private key/],
    ] as const) {
      expect(faults(cert, key)).toEqual([expect.stringMatching(fault)]);
    }
    await encrypted.remove();
  });

  it('stops when it is told to', async () => {
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });
});
