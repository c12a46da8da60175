/**
 * What an account may do, each role what those before it may: `user` uses the server, `viewer` also reads what admins
 * read, but for secrets and what others wrote, `operator` also acts on what runs here, `admin` does everything.
 */
export const ROLES = ['user', 'viewer', 'operator', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** Whether `role` may do what `least` may. */
export function hasRole(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
