/**
 * What an account may do. Each role includes those before it: `user` uses the server; `viewer` also reads what admins
 * read, except secrets and what others wrote; `operator` also acts on what runs here; `admin` may do everything.
 */
export const ROLES = ['user', 'viewer', 'operator', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** Whether `role` includes `least`. */
export function hasRole(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
