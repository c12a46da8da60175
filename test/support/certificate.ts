import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** A self-signed certificate for localhost and 127.0.0.1, made by openssl. */
export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM, for clients to trust. */
  readonly cert: string;
  /** Replaces the content of another pair of files with these. */
  copyTo(target: { readonly certFile: string; readonly keyFile: string }): Promise<void>;
  remove(): Promise<void>;
}

export async function makeCertificate(commonName = 'localhost', ...more: string[]): Promise<TestCertificate> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-tls-'));
  const certFile = path.join(folder, 'cert.pem');
  const keyFile = path.join(folder, 'key.pem');
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '2'],
    ...(more.length > 0 ? more : ['-nodes']),
    ...['-subj', `/CN=${commonName}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', keyFile, '-out', certFile],
  ]);
  return {
    certFile,
    keyFile,
    cert: await readFile(certFile, 'utf8'),
    copyTo: async (target) => {
      await copyFile(certFile, target.certFile);
      await copyFile(keyFile, target.keyFile);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
