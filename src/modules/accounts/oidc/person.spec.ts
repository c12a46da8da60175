import { describe, expect, it } from 'vitest';
import { nameFault } from '../../../common/http/input/text-rules.js';
import { personOf } from './person.js';

const WHO = { iss: 'https://id.example.org', sub: '7' };

describe('a person vouched for by a provider', () => {
  it('has the provider’s names', () => {
    expect(personOf({ ...WHO, name: 'Ada King Lovelace' }, {})).toMatchObject({
      firstName: 'Ada',
      lastName: 'King Lovelace',
    });
    const told = { given_name: 'Ada', family_name: 'Byron', name: 'A B' };
    expect(personOf(WHO, told)).toMatchObject({ firstName: 'Ada', lastName: 'Byron' });
    expect(personOf({ ...WHO, email: 'ada@example.org' }, {})).toMatchObject({ firstName: 'ada', lastName: '' });
    const { firstName } = personOf({ ...WHO, given_name: `\u202eA\u0000d\r\na${'x'.repeat(200)}` }, {});
    expect(firstName).toMatch(/^A d ax+$/);
    expect(firstName).toHaveLength(100);
  });

  it.each([
    ['\u3164', 'ada'],
    ['\u2800\u200b\ufe0f', 'ada'],
    ['A\u3164d\u115fa', 'A d a'],
    ['Ada\ufe0f', 'Ada'],
    // Persian and emoji families need it.
    ['\u0639\u0644\u06cc\u200c\u0631\u0636\u0627', '\u0639\u0644\u06cc\u200c\u0631\u0636\u0627'],
    ['\u{1f469}\u200d\u{1f4bb} Ada', '\u{1f469}\u200d\u{1f4bb} Ada'],
    [`${'x'.repeat(98)}\u{1f469}\u200d\u{1f4bb}`, `${'x'.repeat(98)}\u{1f469}`],
    ['\u0639\u200c\u3164', '\u0639'],
    ['\ud83d Ada', 'Ada'],
  ])('is shown %j as %j', (given, shown) => {
    const { firstName } = personOf({ ...WHO, given_name: given, email: 'ada@example.org' }, {});
    expect(firstName).toBe(shown);
    expect(nameFault(firstName)).toBeUndefined();
  });

  it('has a verified email only if one source says both', () => {
    const verified = (idToken: Record<string, unknown>, userInfo: Record<string, unknown> = {}) =>
      personOf({ ...WHO, ...idToken }, userInfo).emailVerified;
    expect(verified({ email: 'a@example.org', email_verified: true })).toBe(true);
    expect(verified({ email: 'a@example.org', email_verified: 'true' })).toBe(true);
    expect(verified({}, { email: 'a@example.org', email_verified: true })).toBe(true);
    expect(verified({ email: 'a@example.org' }, { email: 'b@example.org', email_verified: true })).toBe(false);
    expect(verified({ email_verified: true }, { email: 'a@example.org' })).toBe(false);
    for (const other of [1, 'yes', 'false', false, null, {}])
      expect(verified({ email: 'a@example.org', email_verified: other })).toBe(false);
  });

  it('does not own an address that only matches another in lower case', () => {
    const kelvin = { email: '\u212aate@example.org', email_verified: true };
    expect(personOf({ ...WHO, ...kelvin }, {})).toMatchObject({ email: 'kate@example.org', emailVerified: false });
  });

  it.each([
    undefined,
    7,
    '',
    'nobody',
    'a@b@c',
    'a\u0000@example.org',
    'ad\u200ba@example.org',
    `${'x'.repeat(300)}@example.org`,
  ])('has no email %j', (email) => {
    expect(personOf({ ...WHO, email }, {}).email).toBeUndefined();
  });
});
