import { describe, expect, it } from 'vitest';
import { Passwords } from './passwords.service.js';

describe('passwords', () => {
  it('are hashed with argon2id, salted, and recognised again', async () => {
    const passwords = new Passwords();
    const [first, second] = await Promise.all([passwords.hash('swordfish'), passwords.hash('swordfish')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(await passwords.verify('swordfish', first)).toBe(true);
    expect(await passwords.verify('Swordfish', first)).toBe(false);
  });

  it('of nobody are always wrong, also the one of the decoy', async () => {
    const passwords = new Passwords();
    expect(await passwords.verify('nobody', undefined)).toBe(false);
  });

  it('are looked at a few at a time, and a flood is turned away', async () => {
    const passwords = new Passwords();
    const all = await Promise.allSettled(Array.from({ length: 230 }, () => passwords.verify('x', undefined)));
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(28);
    for (const each of refused) expect(each).toMatchObject({ reason: { kind: 'unavailable', retryAfterSeconds: 2 } });
    expect(await passwords.verify('x', undefined)).toBe(false);
  });
});
