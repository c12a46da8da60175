import { type Role } from '../../../common/security/role.js';
import { type Channel, channel } from '../../realtime/channel.js';

/** Sockets that were admitted with an access token of this login listen here, and are closed through it. */
export const loginChannel = (loginId: number): Channel => channel('login', loginId);

/** An account may do less, or more, from now on. */
export interface RoleChanged {
  readonly type: 'auth.role-changed';
  readonly role: Role;
}

/** Sockets whose rights follow from the role of this account listen here. */
export const roleChannel = (userId: number): Channel<RoleChanged> => channel('role', userId);
