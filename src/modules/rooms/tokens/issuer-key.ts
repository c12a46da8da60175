import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

export const ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

const MIN_RSA_BITS = 2_048;
const MAX_KEYS = 20;
/** Required by RFC 7518 (3.2). */
export const MIN_SECRET_BYTES = 32;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Says what is wrong with a key, for whoever registers it. */
export class KeyFault extends Error {}

/** Public keys as a JWK set, from a set, a single JWK or a PEM. @throws KeyFault */
export function publicKeys(algorithm: Algorithm, source: unknown): { keys: JsonWebKey[] } {
  if (typeof source === 'string') return { keys: [jwkOf(algorithm, source)] };
  if (!isObject(source)) throw new KeyFault('must be a JWK set or a JWK');
  const keys = 'keys' in source ? source['keys'] : [source];
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS)
    throw new KeyFault(`must hold 1 to ${MAX_KEYS} keys`);
  return { keys: keys.map((key: unknown) => jwkOf(algorithm, key)) };
}

function jwkOf(algorithm: Algorithm, source: unknown): JsonWebKey {
  const isPem = typeof source === 'string';
  if (!isPem && !isObject(source)) throw new KeyFault('must be a JWK');
  if (isPem ? source.includes('PRIVATE KEY') : PRIVATE_MEMBERS.some((member) => member in source))
    throw new KeyFault('must be a public key; this is a secret, take another one now');
  let key: KeyObject;
  try {
    key = isPem ? createPublicKey(source) : createPublicKey({ key: source as JsonWebKey, format: 'jwk' });
  } catch {
    throw new KeyFault('must be a public key');
  }
  if (!fits(algorithm, key)) throw new KeyFault(`must be of a kind for ${algorithm}`);
  const { kid } = isPem ? {} : (source as { kid?: unknown });
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 255))
    throw new KeyFault('must have a short text as kid');
  // Keep nothing but what is needed.
  return { ...key.export({ format: 'jwk' }), ...(kid !== undefined && { kid }), alg: algorithm, use: 'sig' };
}

function fits(algorithm: Algorithm, { asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): boolean {
  switch (algorithm) {
    case 'RS256':
      return asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS;
    case 'ES256':
      return asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1';
    case 'EdDSA':
      return asymmetricKeyType === 'ed25519';
    case 'HS256':
      return false;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
