import { isEmail } from 'class-validator';
import { nameFault, shownName } from '../../../common/http/input/text-rules.js';
import { normalizeEmail } from '../../../common/security/email.js';

type Claims = Readonly<Record<string, unknown>>;

/** Whom the provider vouches for. */
export interface Person {
  readonly issuer: string;
  readonly subject: string;
  /** Normalised; `undefined` when the provider tells none that could be one. */
  readonly email: string | undefined;
  /** Whether the provider says that the person receives what is sent there. */
  readonly emailVerified: boolean;
  readonly firstName: string;
  readonly lastName: string;
}

const MAX_EMAIL = 254;
const MAX_NAME = 100;

/** @param userInfo what the provider says where its ID token is silent */
export function personOf(idToken: Claims & { iss: string; sub: string }, userInfo: Claims): Person {
  // An email and whether it is verified belong together: never one from here and the other from there.
  const { email: given, email_verified: verified } = idToken['email'] === undefined ? userInfo : idToken;
  const email = emailOf(given);
  const claim = (name: string): string => nameOf(idToken[name] ?? userInfo[name]);
  const [first = '', ...rest] = claim('name').split(' ');
  return {
    issuer: idToken.iss,
    subject: idToken.sub,
    email,
    // Some write it as a text. Letters beyond ASCII may become those of another address in lower case.
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
