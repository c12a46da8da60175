import { type Role, ROLES } from '../../common/security/role.js';
import { choice, list, optionalText, text, urlFault } from './variable.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Variables about how people sign in; part of `ENVIRONMENT`. */
export const SIGN_IN = {
  PASSWORD_SIGN_IN: choice({
    description:
      'Whether people sign in with a password: with `off` only at the identity provider; `fallback` keeps passwords for ' +
      'accounts that the server created at boot, for when the provider is away. Devices keep theirs.',
    choices: ['on', 'off', 'fallback'],
    default: 'on',
  }),
  OIDC_ISSUER: optionalText({
    description:
      'The identity provider that people sign in at (OpenID Connect): its issuer, as its discovery document names it. ' +
      'Its redirect URI is `<PUBLIC_URL>/api/v1/auth/oidc/callback`. May be on a private network.',
    defaultText: 'none',
    check: issuerFault,
  }),
  OIDC_CLIENT_ID: optionalText({ description: 'Client id of this server at the provider.' }),
  OIDC_CLIENT_SECRET: optionalText({
    description: 'The client secret from the provider.',
    defaultText: 'unset, for public clients',
    secret: true,
  }),
  OIDC_SCOPES: text({
    description: 'Scopes to request from the provider, separated by spaces.',
    default: 'openid email profile',
    check: (value) =>
      scopesOf(value).includes('openid') && /^[\x21\x23-\x5b\x5d-\x7e ]{1,500}$/.test(value)
        ? undefined
        : 'must be scopes separated by spaces, with openid among them',
  }),
  OIDC_ROLE_CLAIM: text({
    description:
      "The claim with a person's groups, in the ID token or else in UserInfo; a dot leads into an object, as in " +
      '`realm_access.roles`.',
    default: 'groups',
    check: (value) => (value.length > 200 ? 'must have at most 200 characters' : undefined),
  }),
  OIDC_ROLE_MAP: list({
    description: `Which group gives which role, as \`group=role,…\`; the highest role counts. Roles: ${ROLES.join(', ')}.`,
    defaultText: 'none',
    check: (item) => (roleRuleOf(item) ? undefined : `must be group=role with a role of ${ROLES.join(', ')}`),
  }),
  OIDC_DEFAULT_ROLE: choice({
    description: 'The role of people in no group of `OIDC_ROLE_MAP`; `none` refuses them.',
    choices: ['none', ...ROLES],
    default: 'none',
  }),
  OIDC_LABEL: text({
    description: 'What the sign-in page calls the provider, after “Sign in with”.',
    default: 'single sign-on',
    check: (value) => (/^[^\p{Cc}]{1,60}$/u.test(value) ? undefined : 'must have 1 to 60 characters'),
  }),
};

export const scopesOf = (text: string): string[] => text.split(' ').filter(Boolean);

/** Parses `group=role`; the group itself may contain an equals sign, as distinguished names do. */
export function roleRuleOf(item: string): { readonly group: string; readonly role: Role } | undefined {
  const at = item.lastIndexOf('=');
  const group = item.slice(0, Math.max(at, 0)).trim();
  const role = ROLES.find((each) => each === item.slice(at + 1).trim());
  return group === '' || role === undefined ? undefined : { group, role };
}

function issuerFault(value: string, production: boolean): string | undefined {
  const fault = urlFault(value, ['https', 'http']);
  if (fault !== undefined) return fault;
  const { protocol, hostname, search, hash, username, password } = new URL(value);
  if (value.length > 500) return 'must have at most 500 characters';
  if (search !== '' || hash !== '') return 'must have neither query nor fragment';
  if (username !== '' || password !== '') return 'must not hold credentials';
  // Anybody who can tamper with the connection could sign in as anybody.
  if (production && protocol === 'http:' && !LOOPBACK.test(hostname))
    return 'must begin with https:// when NODE_ENV=production';
  return undefined;
}
