import { hasRole, type Role } from '../../../common/security/role.js';
import { type OidcSection } from '../../../config/app-config.js';

type Claims = Readonly<Record<string, unknown>>;

/** What a claim holds; `undefined` when there is none. Its whole name goes before a way into objects: names may hold dots. */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((value, step) => {
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, claims);
}

/**
 * The role that the groups of a person give, of several the highest.
 * @param groups what the role claim holds: a text or a list of them
 * @returns `undefined` = none
 */
export function roleOf(groups: unknown, { roles, defaultRole }: Pick<OidcSection, 'roles' | 'defaultRole'>) {
  const held = new Set([groups].flat());
  const given = roles.filter(({ group }) => held.has(group)).map(({ role }) => role);
  const highest = given.reduce<Role | undefined>(
    (best, role) => (best && hasRole(best, role) ? best : role),
    undefined,
  );
  return highest ?? (defaultRole === 'none' ? undefined : defaultRole);
}

const isObject = (value: unknown): value is Claims => typeof value === 'object' && value !== null;
