import { type Role } from '@switchboard/client/rest';

/** The least role for what screens offer, by API operation; a spec checks it against the API document. */
export const LEAST_ROLE = {
  'accounts.create': 'admin',
  'accounts.delete': 'admin',
  'accounts.resetPassword': 'admin',
  'accounts.update': 'admin',
  'accountExport.export': 'admin',
  'accountIdentities.unlink': 'admin',
  'accountLogins.end': 'admin',
  'applicationRooms.listMessages': 'operator',
  'applications.create': 'admin',
  'applications.createKey': 'admin',
  'applications.delete': 'admin',
  'applications.deleteKey': 'admin',
  'applications.update': 'admin',
  'calls.delete': 'operator',
  'connections.delete': 'operator',
  'connections.deleteMatching': 'operator',
  'iotas.create': 'operator',
  'iotas.createProfile': 'operator',
  'iotas.delete': 'operator',
  'iotas.deleteProfile': 'operator',
  'iotas.rotateToken': 'operator',
  'machineKeys.create': 'admin',
  'machineKeys.delete': 'admin',
  'machineKeys.rotate': 'admin',
  'nodes.drain': 'admin',
  'nodes.undrain': 'admin',
  'revocations.create': 'operator',
  'revocations.delete': 'operator',
  'services.create': 'operator',
  'services.delete': 'operator',
  'services.endSession': 'operator',
  'services.publish': 'operator',
  'services.rotateToken': 'operator',
  'services.update': 'operator',
} as const satisfies Readonly<Record<string, Role>>;

export type Operation = keyof typeof LEAST_ROLE;

/** Each role may do what the previous ones may. */
const ROLES: readonly Role[] = ['user', 'viewer', 'operator', 'admin'];

export const hasRole = (role: Role, least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least);

export const mayDo = (role: Role, operation: Operation): boolean => hasRole(role, LEAST_ROLE[operation]);
