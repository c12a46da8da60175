import { type Role } from '../../../common/security/role.js';
import { type Channel, channel } from '../../realtime/channel.js';

/** Sockets admitted with an access token of this login, so that they can be closed. */
export const loginChannel = (loginId: number): Channel => channel('login', loginId);

/** The rights of an account have changed. */
export interface RoleChanged {
  readonly type: 'auth.role-changed';
  readonly role: Role;
}

/** Sockets whose rights depend on the role of this account. */
export const roleChannel = (userId: number): Channel<RoleChanged> => channel('role', userId);
