import { describe, expect, it } from 'vitest';
import { Passwords } from './passwords.service.js';

const HERE = '192.0.2.1';
const ELSEWHERE = '192.0.2.2';

/** For tests of the order only, in which many are hashed. */
const cheap = (): Passwords => Object.assign(new Passwords(), { cost: { memoryCost: 8, timeCost: 1, parallelism: 1 } });

describe('passwords', () => {
  it('are hashed with argon2id, salted, and recognized again', async () => {
    const passwords = new Passwords();
    const [first, second] = await Promise.all([passwords.hash('swordfish'), passwords.hash('swordfish')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(await passwords.verify('swordfish', first, HERE)).toBe(true);
    expect(await passwords.verify('Swordfish', first, HERE)).toBe(false);
  });

  it('are always wrong without an account, even that of the decoy', async () => {
    const passwords = new Passwords();
    expect(await passwords.verify('nobody', undefined, HERE)).toBe(false);
  });

  it('are looked at a few at a time, and a flood is turned away', async () => {
    const passwords = cheap();
    const all = await Promise.allSettled(Array.from({ length: 230 }, () => passwords.verify('x', undefined, HERE)));
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(28);
    for (const each of refused) expect(each).toMatchObject({ reason: { kind: 'unavailable', retryAfterSeconds: 2 } });
    expect(await passwords.verify('x', undefined, HERE)).toBe(false);
  });

  it.each([
    ['registrations', (passwords: Passwords) => passwords.hash('x')],
    ['sign-ins of another address', (passwords: Passwords) => passwords.verify('x', undefined, ELSEWHERE)],
  ])('are looked at in turn: a sign-in is not kept behind a flood of %s', async (_, work) => {
    const passwords = cheap();
    let done = 0;
    const flood = Array.from({ length: 60 }, () => work(passwords).then(() => done++));
    await passwords.verify('x', undefined, HERE);
    expect(done).toBeLessThan(20);
    await Promise.all(flood);
    expect(done).toBe(60);
  });
});
