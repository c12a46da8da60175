import { hasRole, type Role } from '../../../common/security/role.js';
import { type OidcSection } from '../../../config/app-config.js';

type Claims = Readonly<Record<string, unknown>>;

/**
 * The value of a claim; `undefined` when there is none. The whole name is tried before it is split into a path, because
 * names may contain dots.
 */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((value, step) => {
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, claims);
}

/**
 * The role that a person's groups grant; the highest of several.
 * @param groups the value of the role claim: a text or a list of texts
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
