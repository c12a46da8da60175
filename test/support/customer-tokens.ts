import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';

export interface TestKey {
  readonly algorithm: string;
  readonly sign: KeyObject | Uint8Array;
  readonly publicJwk: object;
  readonly publicPem: string;
}

export function newKey(algorithm: 'EdDSA' | 'ES256' | 'RS256'): TestKey {
  const pair =
    algorithm === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const { publicKey, privateKey } = pair;
  return {
    algorithm,
    sign: privateKey,
    publicJwk: publicKey.export({ format: 'jwk' }),
    publicPem: publicKey.export({ format: 'pem', type: 'spki' }) as string,
  };
}

export interface TestClaims extends JWTPayload {
  readonly rooms?: unknown;
}

export const seconds = (): number => Math.floor(Date.now() / 1_000);

/** A token as a customer's backend makes it; `undefined` removes a claim. */
export function tokenBy(
  key: Pick<TestKey, 'algorithm' | 'sign'>,
  claims: TestClaims,
  header: Record<string, unknown> = {},
): Promise<string> {
  const all = { aud: 'switchboard', sub: 'alice', exp: seconds() + 3_600, rooms: { '*': 'readwrite' }, ...claims };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(present).setProtectedHeader({ alg: key.algorithm, ...header }).sign(key.sign);
}

/** A token with parts chosen by the test and any signature. */
export const rawToken = (header: object, payload: object, signature = ''): string =>
  [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + `.${signature}`;
