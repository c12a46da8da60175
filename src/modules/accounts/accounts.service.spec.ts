import { describe, expect, it, vi } from 'vitest';
import { type AppConfig } from '../../config/app-config.js';
import { loadConfig } from '../../config/load-config.js';
import { type User } from '../../entities/accounts/user.entity.js';
import { type Logins } from '../auth/logins/logins.service.js';
import { PasswordPolicy } from '../auth/logins/password-policy.service.js';
import { Passwords } from '../auth/logins/passwords.service.js';
import { type UserPrincipal } from '../auth/principals/user-principal.js';
import { type RateLimiter } from '../realtime/ports/rate-limiter.js';
import { type AccountEndings } from './account-endings.js';
import { type AuditLog } from '../audit/audit-log.service.js';
import { type AccountsRepository } from './accounts.repository.js';
import { Accounts } from './accounts.service.js';

const REGISTRATION = { email: 'a@b.c', password: 'swordfish', firstName: 'A', lastName: 'B' };
const ADMIN = { kind: 'user', role: 'admin' } as UserPrincipal;

describe('accounts created by strangers', () => {
  const take = vi.fn<RateLimiter['take']>(() => Promise.resolve(0));
  const passwords = new Passwords();
  const hash = vi.spyOn(passwords, 'hash').mockResolvedValue('hashed');
  const accounts = new Accounts(
    { insert: (account) => Promise.resolve(account as User) } as AccountsRepository,
    { act: (_action: string, _target: unknown, work: () => Promise<unknown>) => work() } as AuditLog,
    {} as AccountEndings,
    passwords,
    new PasswordPolicy(loadConfig({})),
    {} as Logins,
    { take },
    loadConfig({}) satisfies AppConfig,
  );

  it('are counted by address, and one too many costs no hash', async () => {
    await accounts.create(undefined, REGISTRATION, '2001:db8::1');
    expect(take.mock.calls.map(([key]) => key)).toEqual(['registration:2001:db8:0:0::/64']);
    take.mockResolvedValueOnce(1_500);
    const tooMany = accounts.create(undefined, REGISTRATION, '192.0.2.1');
    await expect(tooMany).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 2 });
    expect(hash).toHaveBeenCalledOnce();
  });

  it('do not include those created by an admin', async () => {
    take.mockClear();
    await accounts.create(ADMIN, REGISTRATION, '192.0.2.1');
    expect(take).not.toHaveBeenCalled();
  });
});
