import { Logger } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { Server } from 'node:tls';
import { type AppConfig } from './config/app-config.js';
import { readTlsFiles, type TlsFiles, type TlsMaterial } from './config/tls-files.js';

/** Milliseconds a stranger gets for the handshake. */
const HANDSHAKE_MS = 15_000;

/** Of Node's HTTPS server. */
interface ContextOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
}

const log = new Logger('Tls');

/**
 * What the HTTP server needs to speak TLS.
 * @throws TlsError when the files cannot be used
 */
export function tlsServerOptions(files: TlsFiles): ContextOptions & { readonly handshakeTimeout: number } {
  const material = readTlsFiles(files);
  logCertificate('Certificate', material);
  return { ...contextOf(material), handshakeTimeout: HANDSHAKE_MS };
}

/**
 * Reads the certificate anew: handshakes after it get the new one, open connections go on. Files that cannot be used are
 * logged, and the certificate in use stays.
 * @returns `undefined` when the server speaks plain HTTP
 */
export function tlsReloader(app: NestExpressApplication, { http }: AppConfig): (() => void) | undefined {
  const { tls: files } = http;
  if (files === undefined) return undefined;
  const server: object = app.getHttpServer();
  if (!(server instanceof Server)) throw new TypeError('not a TLS server');
  return () => {
    try {
      const material = readTlsFiles(files);
      server.setSecureContext(contextOf(material));
      logCertificate('Certificate reloaded', material);
    } catch (error) {
      log.error(`Certificate not reloaded, the one in use stays: ${(error as Error).message}`);
    }
  };
}

function contextOf({ cert, key }: TlsMaterial): ContextOptions {
  return { cert, key, minVersion: 'TLSv1.2' };
}

function logCertificate(what: string, { certificate }: TlsMaterial): void {
  const names = certificate.subjectAltName ?? certificate.subject.replaceAll('\n', ', ');
  const expires = new Date(certificate.validTo);
  const line = `${what}: ${names}, valid until ${expires.toISOString()}`;
  if (expires.getTime() < Date.now()) log.warn(`${line}: it has expired`);
  else log.log(line);
}
