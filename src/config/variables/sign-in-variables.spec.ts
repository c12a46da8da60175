import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../load-config.js';
import { roleRuleOf } from './sign-in-variables.js';

const faultsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((fault) => fault.split(' ', 1)[0] ?? '');
    throw error;
  }
};

const OIDC = { OIDC_ISSUER: 'https://id.example.org/realms/x', OIDC_CLIENT_ID: 'switchboard' };
const PRODUCTION = { NODE_ENV: 'production', SECRET_KEY: 'x'.repeat(32) };

describe('sign-in', () => {
  it('uses a password by default', () => {
    const { passwordSignIn, oidc } = loadConfig({});
    expect([passwordSignIn, oidc]).toEqual(['on', undefined]);
  });

  it('may use an identity provider', () => {
    const env = {
      ...OIDC,
      OIDC_ROLE_MAP: 'staff=viewer, cn=a=admin',
      OIDC_DEFAULT_ROLE: 'user',
      PASSWORD_SIGN_IN: 'off',
    };
    expect(loadConfig(env).oidc).toEqual({
      issuer: OIDC.OIDC_ISSUER,
      clientId: 'switchboard',
      clientSecret: undefined,
      scopes: ['openid', 'email', 'profile'],
      roleClaim: 'groups',
      roles: [
        { group: 'staff', role: 'viewer' },
        { group: 'cn=a', role: 'admin' },
      ],
      defaultRole: 'user',
      label: 'single sign-on',
    });
  });

  it('names all errors at once', () => {
    const env = {
      PASSWORD_SIGN_IN: 'maybe',
      OIDC_ISSUER: 'id.example.org',
      OIDC_SCOPES: 'email',
      OIDC_ROLE_MAP: 'staff=owner',
      OIDC_DEFAULT_ROLE: 'guest',
      OIDC_LABEL: 'a\nb',
    };
    expect(faultsOf(env)).toEqual(Object.keys(env));
  });

  it.each<[string, NodeJS.ProcessEnv, string[]]>([
    ['no provider, and no password', { PASSWORD_SIGN_IN: 'off' }, ['PASSWORD_SIGN_IN']],
    ['a provider that does not know us', { OIDC_ISSUER: OIDC.OIDC_ISSUER }, ['OIDC_CLIENT_ID']],
    ['a client without a provider', { OIDC_CLIENT_ID: 'x', OIDC_CLIENT_SECRET: 'y' }, ['OIDC_ISSUER', 'OIDC_ISSUER']],
    ['an issuer with a query', { ...OIDC, OIDC_ISSUER: 'https://id.example.org/?x' }, ['OIDC_ISSUER']],
    ['an issuer with a password', { ...OIDC, OIDC_ISSUER: 'https://a:b@id.example.org/' }, ['OIDC_ISSUER']],
    ['plain HTTP in production', { ...PRODUCTION, ...OIDC, OIDC_ISSUER: 'http://id.example.org' }, ['OIDC_ISSUER']],
  ])('cannot be configured with %s', (_what, env, faults) => {
    expect(faultsOf(env)).toEqual(faults);
  });

  it('may use a provider on loopback over plain HTTP', () => {
    expect(faultsOf({ ...PRODUCTION, ...OIDC, OIDC_ISSUER: 'http://127.0.0.1:8080/' })).toEqual([]);
  });

  it('shows no secret', () => {
    const { settings } = loadConfig({ ...OIDC, OIDC_CLIENT_SECRET: 'hush' });
    expect(JSON.stringify(settings)).not.toContain('hush');
    expect(settings.find(({ name }) => name === 'OIDC_CLIENT_SECRET')?.value).toBe('********');
  });

  it.each(['', 'staff', '=admin', 'staff=', 'staff=root'])('does not accept the rule %j', (item) => {
    expect(roleRuleOf(item)).toBeUndefined();
  });
});
