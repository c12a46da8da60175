import { describe, expect, it } from 'vitest';
import { claimAt, roleOf } from './role-rules.js';

describe('roles from groups', () => {
  const rules = {
    roles: [
      { group: 'watchers', role: 'viewer' },
      { group: 'admins', role: 'admin' },
      { group: 'operators', role: 'operator' },
    ],
    defaultRole: 'none',
  } as const;

  it.each([
    [['watchers'], 'viewer'],
    [['operators', 'admins', 'watchers'], 'admin'],
    [['watchers', 'operators'], 'operator'],
    ['watchers', 'viewer'],
    [[], undefined],
    [undefined, undefined],
    [['Watchers', 'admin', ' admins'], undefined],
    ['watchers,admins', undefined],
    [{ admins: true }, undefined],
    [[['admins']], undefined],
    [[null, 7, 'watchers'], 'viewer'],
  ])('for %j: %s', (groups, role) => {
    expect(roleOf(groups, rules)).toBe(role);
  });

  it('default without a group', () => {
    expect(roleOf(['others'], { ...rules, defaultRole: 'user' })).toBe('user');
    expect(roleOf(['watchers'], { ...rules, defaultRole: 'admin' })).toBe('viewer');
  });

  it.each([
    ['groups', ['a']],
    ['realm_access.roles', ['b']],
    ['https://example.org/roles', ['c']],
    ['realm_access', { roles: ['b'] }],
    ['realm_access.roles.0', 'b'],
    ['realm_access.none', undefined],
    ['groups.x.y', undefined],
    ['constructor', undefined],
    ['__proto__.constructor', undefined],
  ])('are read from %s', (name, value) => {
    const claims = { groups: ['a'], realm_access: { roles: ['b'] }, 'https://example.org/roles': ['c'] };
    expect(claimAt(claims, name)).toEqual(value);
  });
});
