import { type Role } from '../../../common/security/role.js';
import { type Principal } from '../../realtime/principal.js';

/** An account that presented a valid access token. Admins are users with the role `admin`. */
export interface UserPrincipal extends Principal {
  readonly kind: 'user';
  /** `id` as a number, as in the database. */
  readonly userId: number;
  readonly role: Role;
  /** The login that the token belongs to, and ends with. */
  readonly loginId: number;
}
