import { type Role } from '../../../common/security/role.js';
import { type Principal } from '../../realtime/principal.js';

/** An account that showed a valid access token. Admins are users with the role `admin`. */
export interface UserPrincipal extends Principal {
  readonly kind: 'user';
  /** `id` as the number it is in the database. */
  readonly userId: number;
  readonly role: Role;
  /** The login whose token this was; it ends with that login. */
  readonly loginId: number;
}
