import { type Principal } from '../../realtime/principal.js';
import { type UserPrincipal } from './user-principal.js';

/** A device in the home that presented a valid access token of its own login. */
export interface DevicePrincipal extends Principal {
  readonly kind: 'device';
  /** `id` as a number, as in the database. */
  readonly deviceId: number;
  readonly circleId: number;
  /** The login that the token belongs to, and ends with. */
  readonly loginId: number;
}

/** Who can sign in: a person or a device. */
export type AccountPrincipal = UserPrincipal | DevicePrincipal;
