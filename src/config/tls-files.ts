import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { BootError } from '../common/errors/boot-error.js';

/** Where the certificate and its key are stored. */
export interface TlsFiles {
  /** PEM: the server's certificate, followed by those of its issuers. */
  readonly certFile: string;
  /** PEM, not encrypted. */
  readonly keyFile: string;
}

/** The content of the files when they were read. */
export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The server's own certificate. */
  readonly certificate: X509Certificate;
}

/** Why the files cannot be used; the message begins with the name of the variable at fault. */
export class TlsError extends BootError {}

/**
 * Reads both files and checks that a server can run with them. No message quotes their content.
 * @throws TlsError
 */
export function readTlsFiles({ certFile, keyFile }: TlsFiles): TlsMaterial {
  const cert = readPem('TLS_CERT', certFile);
  const key = readPem('TLS_KEY', keyFile);
  const certificate = parse('TLS_CERT', 'holds no certificate in PEM form', () => new X509Certificate(cert));
  const privateKey: KeyObject = parse('TLS_KEY', 'holds no unencrypted private key in PEM form', () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) throw new TlsError('TLS_KEY is not the key of the certificate');
  // Only this detects bad issuer certificates after the first, and keys too weak for the library.
  parse('TLS_CERT', 'cannot be used with this key', () => createSecureContext({ cert, key }));
  return { cert, key, certificate };
}

/**
 * Checks the pair of variables.
 * @returns faults in the form that `loadConfig` collects
 */
export function tlsFaults(certFile: string | undefined, keyFile: string | undefined): string[] {
  if (!certFile && !keyFile) return [];
  if (!certFile) return ['TLS_CERT must be set when TLS_KEY is'];
  if (!keyFile) return ['TLS_KEY must be set when TLS_CERT is'];
  try {
    readTlsFiles({ certFile, keyFile });
    return [];
  } catch (error) {
    if (error instanceof TlsError) return [error.message];
    throw error;
  }
}

function readPem(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new TlsError(`${name} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'error'}, ${file}`);
  }
}

function parse<T>(name: string, fault: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TlsError(`${name} ${fault}${code === undefined ? '' : ` (${code})`}`);
  }
}
