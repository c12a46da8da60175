import { type Principal } from '../../realtime/principal.js';
import { type UserPrincipal } from './user-principal.js';

/** A device in the home that showed a valid access token of its own login. */
export interface DevicePrincipal extends Principal {
  readonly kind: 'device';
  /** `id` as the number it is in the database. */
  readonly deviceId: number;
  readonly circleId: number;
  /** The login whose token this was; it ends with that login. */
  readonly loginId: number;
}

/** Whoever signs in: a person or a device. */
export type AccountPrincipal = UserPrincipal | DevicePrincipal;
