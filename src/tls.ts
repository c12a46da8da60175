import { Logger } from '@nestjs/common';
import { Server } from 'node:tls';
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
 * Reads the certificate anew at every SIGHUP: handshakes after it get the new one, open connections go on. Files that
 * cannot be used are logged, and the certificate in use stays.
 */
export function reloadTlsOnHangup(server: object, files: TlsFiles): void {
  if (!(server instanceof Server)) throw new TypeError('not a TLS server');
  process.on('SIGHUP', () => {
    try {
      const material = readTlsFiles(files);
      server.setSecureContext(contextOf(material));
      logCertificate('Certificate reloaded', material);
    } catch (error) {
      log.error(`Certificate not reloaded, the one in use stays: ${(error as Error).message}`);
    }
  });
}

function contextOf({ cert, key }: TlsMaterial): ContextOptions {
  return { cert, key, minVersion: 'TLSv1.2' };
}

function logCertificate(what: string, { certificate }: TlsMaterial): void {
  const names = certificate.subjectAltName ?? certificate.subject.replaceAll('\n', ', ');
  const expires = new Date(certificate.validTo);
  const line = `${what}: ${names}, valid until ${expires.toISOString()}`;
  if (expires.getTime() < Date.now()) log.warn(`${line}, which is over`);
  else log.log(line);
}
