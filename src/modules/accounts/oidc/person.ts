import { isEmail } from 'class-validator';
import { nameFault, shownName } from '../../../common/http/input/text-rules.js';
import { normalizeEmail } from '../../../common/security/email.js';

type Claims = Readonly<Record<string, unknown>>;

/** A person that the provider vouches for. */
export interface Person {
  readonly issuer: string;
  readonly subject: string;
  /** In normalized form; `undefined` when the provider reports no usable address. */
  readonly email: string | undefined;
  /** Whether the provider says that the address belongs to the person. */
  readonly emailVerified: boolean;
  readonly firstName: string;
  readonly lastName: string;
}

const MAX_EMAIL = 254;
const MAX_NAME = 100;

/** @param userInfo used where the ID token says nothing */
export function personOf(idToken: Claims & { iss: string; sub: string }, userInfo: Claims): Person {
  // An email and its verification belong together: never take one from each source.
  const { email: given, email_verified: verified } = idToken['email'] === undefined ? userInfo : idToken;
  const email = emailOf(given);
  const claim = (name: string): string => nameOf(idToken[name] ?? userInfo[name]);
  const [first = '', ...rest] = claim('name').split(' ');
  return {
    issuer: idToken.iss,
    subject: idToken.sub,
    email,
    // Some providers send text. Non-ASCII letters could turn into those of another address in lower case.
    emailVerified: email !== undefined && isAscii(given) && (verified === true || verified === 'true'),
    firstName: claim('given_name') || first || nameOf(email?.split('@')[0]),
    lastName: claim('family_name') || rest.join(' '),
  };
}

function emailOf(claim: unknown): string | undefined {
  if (typeof claim !== 'string' || claim.length > MAX_EMAIL || nameFault(claim.trim()) !== undefined) return undefined;
  const email = normalizeEmail(claim);
  return isEmail(email, { allow_utf8_local_part: true }) ? email : undefined;
}

const isAscii = (text: unknown): boolean => typeof text === 'string' && /^[\x21-\x7e]+$/.test(text);

const nameOf = (claim: unknown): string =>
  typeof claim === 'string' ? shownName(claim.slice(0, 1_000), MAX_NAME) : '';
