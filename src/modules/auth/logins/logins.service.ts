import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type AuditParty } from '../../../common/audit/audit-record.js';
import { type Caller } from '../../../common/context/request-context.js';
import { AppError } from '../../../common/errors/app-error.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { type PageQuery } from '../../../common/http/paging/page.dto.js';
import { digestsEqual, sha256 } from '../../../common/security/digest.js';
import { normalizeEmail } from '../../../common/security/email.js';
import { type Role } from '../../../common/security/role.js';
import { reportFailure } from '../../../common/outages/outages.js';
import { Clock } from '../../../common/time/clock.js';
import { type Login } from '../../../entities/accounts/login.entity.js';
import { type User } from '../../../entities/accounts/user.entity.js';
import { type Device } from '../../../entities/circles/device.entity.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { ACCESS_TOKEN_SECONDS, type AccessIssue, AccessTokens } from './access-tokens.service.js';
import { type AccountPrincipal } from '../principals/device-principal.js';
import { loginChannel, roleChannel } from './login-channel.js';
import { type LoginAccount, LoginEvents } from './login-events.js';
import { type LoginUse, type NewLogin, LoginsRepository, type ProvenIdentity } from './logins.repository.js';
import { PasswordProof, WRONG } from './password-proof.service.js';
import {
  formatRefreshToken,
  newRefreshToken,
  parseRefreshToken,
  type RefreshToken,
  type TokenPair,
} from './refresh-token.js';
import { RefreshSuccessors } from './refresh-successors.service.js';
import { type UserPrincipal } from '../principals/user-principal.js';

/** A login that is not refreshed for this long is over. */
const LOGIN_MS = 30 * 24 * 3_600_000;
/** An account may have several logins; beyond this many, the oldest ends. */
const LOGINS_PER_ACCOUNT = 100;
const SWEEP_MS = 3_600_000;

/** Signing in and out. Ending a login ends its tokens and closes its sockets on every node. */
@Injectable()
export class Logins implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Logins');
  private sweeper: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: LoginsRepository,
    private readonly audit: AuditLog,
    private readonly tokens: AccessTokens,
    private readonly proof: PasswordProof,
    private readonly successors: RefreshSuccessors,
    private readonly events: LoginEvents,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.sweeper = setInterval(() => void this.sweep(), SWEEP_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweeper);
  }

  /**
   * Unknown accounts get the same answer as wrong passwords, after the same time.
   * @throws AppError `invalid_credentials`, `account_disabled`, `password_sign_in_off`, `rate_limited`
   */
  async signIn(email: string, password: string, caller: Caller): Promise<TokenPair & { user: User }> {
    this.proof.policy.requireAny();
    const name = normalizeEmail(email);
    const user = await this.proof.demand({ kind: 'user', name, password, address: caller.address }, async () => {
      const found = await this.repository.findUserByEmail(name);
      return found && this.proof.policy.allows(found) ? found : undefined;
    });
    const party = { kind: 'user', id: String(user.id), label: user.email };
    if (user.disabled) {
      this.proof.failed(targetOf({ kind: 'user', id: user.id, label: user.email }));
      throw new AppError('account_disabled', 'This account is disabled.');
    }
    const pair = await this.begin({ kind: 'user', id: user.id }, caller, { actor: party }, (login) =>
      this.repository.create(user, login),
    );
    return { ...pair, user };
  }

  /**
   * Signs in a person whom the identity provider has just vouched for.
   * @param issuer that provider
   * @throws AppError `unauthenticated` when the account was disabled, or the identity refused, in the meantime
   */
  async signInByIdentity(proven: ProvenIdentity, issuer: string, caller: Caller): Promise<TokenPair & { user: User }> {
    const user = await this.repository.findUser(proven.userId);
    if (user === undefined) throw ended();
    const how = { actor: { kind: 'user', id: String(user.id), label: user.email }, changes: { issuer } };
    const pair = await this.begin({ kind: 'user', id: user.id }, caller, how, async (login) => {
      const id = await this.repository.createByIdentity(proven, login);
      if (id === undefined) throw ended();
      return id;
    });
    return { ...pair, user };
  }

  /**
   * Signs in a device with the user name and password it was given.
   * @throws AppError `invalid_credentials`, `rate_limited`
   */
  async signInDevice(username: string, password: string, caller: Caller): Promise<TokenPair & { device: Device }> {
    const claim = { kind: 'device', name: username, password, address: caller.address } as const;
    const device = await this.proof.demand(claim, () => this.repository.findDeviceByUsername(username));
    const account = { kind: 'device', id: device.id } as const;
    const party = { kind: 'device', id: String(device.id), label: device.username };
    const pair = await this.begin(account, caller, { actor: party }, (login) =>
      this.repository.createForDevice(device, login),
    );
    return { ...pair, device };
  }

  /**
   * Checks an account's password again, e.g. before it is changed.
   * @throws AppError `invalid_credentials`, `rate_limited`
   */
  async confirm(principal: UserPrincipal, password: string, address: string): Promise<void> {
    const claim = { kind: 'user', name: principal.label, password, address } as const;
    const find = () => this.repository.findUser(principal.userId);
    await this.proof.demand(claim, find, 'The current password is wrong.');
  }

  /**
   * The next token pair of a login. A refresh token works once: when it is used again later or from elsewhere, the
   * login ends, because either its holder or a thief must have used it before.
   * @throws AppError `unauthenticated`, `token_reused`
   */
  async refresh(text: string, caller: Caller): Promise<TokenPair> {
    const token = parseRefreshToken(text);
    const login = token && (await this.repository.findByHandle(sha256(token.handle)));
    if (token === undefined || login === undefined || login.user?.disabled || login.expiresAt <= this.clock.date()) {
      throw new AppError('unauthenticated', 'The refresh token is not valid, or no longer valid.');
    }
    const pair = await this.next(login, token, caller);
    if (pair !== undefined) return pair;
    this.logger.warn(`a refresh token was used twice; ending login ${login.id}`);
    await this.end(login.id, 'auth.token-reuse');
    throw new AppError('token_reused', 'The refresh token was used before; sign in again.');
  }

  async end(loginId: number, action = 'auth.logout'): Promise<void> {
    const account = await this.audit.with(
      () => this.repository.end(loginId),
      (ended) => ended && { action, target: targetOf(ended), changes: { login: loginId } },
    );
    this.close([loginId]);
    if (account) await this.events.ended(account);
  }

  /** Ascending by id. */
  async list(account: LoginAccount, query: PageQuery): Promise<Page<Login>> {
    const now = this.clock.date();
    return pageById(query, (afterId, take) => this.repository.list(account, { now, afterId, take }));
  }

  /**
   * Ends one login of an account, or all of them.
   * @throws AppError `not_found` when it has no such login
   */
  async endOf(account: LoginAccount, which: number | 'all'): Promise<void> {
    const ended = await this.audit.with(
      () => this.repository.endOf(account, which),
      (logins) =>
        logins.length > 0 || which === 'all'
          ? { action: 'accounts.end-logins', target: targetOf(account), changes: { logins } }
          : undefined,
    );
    if (ended.length === 0 && which !== 'all') throw new AppError('not_found', 'There is no such login.');
    this.close(ended);
    for (let i = 0; i < ended.length; i++) await this.events.ended(account);
  }

  /** The account or device behind a principal. */
  async account(principal: AccountPrincipal): Promise<{ user: User } | { device: Device }> {
    if (principal.kind === 'device') {
      const device = await this.repository.findDevice(principal.deviceId);
      if (device !== undefined) return { device };
    } else {
      const user = await this.repository.findUser(principal.userId);
      if (user !== undefined) return { user };
    }
    throw new AppError('unauthenticated', 'The account is gone.');
  }

  /** Those of the logins whose tokens are still valid. */
  alive(loginIds: readonly number[]): Promise<ReadonlySet<number>> {
    return this.repository.alive(loginIds, this.clock.date());
  }

  /** The roles of these logins' accounts, without logins whose tokens are no longer valid. */
  roles(loginIds: readonly number[]): Promise<ReadonlyMap<number, Role>> {
    return this.repository.roles(loginIds, this.clock.date());
  }

  /** Tells sockets whose rights depend on an account's role. */
  roleChanged(userId: number, role: Role): void {
    this.hub.signal(roleChannel(userId), { type: 'auth.role-changed', role });
  }

  /** Closes the sockets of logins that have ended; call it for logins that ended with their account. */
  close(loginIds: readonly number[]): void {
    for (const id of loginIds) this.hub.disconnect(loginChannel(id), DISCONNECT.notAllowed);
  }

  /**
   * @returns the next pair, the same for all concurrent callers; `undefined` for those who come late or from elsewhere
   */
  private async next(login: Login, token: RefreshToken, caller: Caller): Promise<TokenPair | undefined> {
    const { successors, repository } = this;
    const successor = successors.of(token);
    const use = { secretDigest: sha256(successor.secret), ...this.use(caller) };
    const isFirst =
      digestsEqual(login.secretDigest, sha256(token.secret)) &&
      (await repository.rotate(login.id, login.secretDigest, use));
    const given = isFirst ? use : await repository.findByHandle(sha256(token.handle));
    if (given === undefined) return undefined;
    const issuedAt = isFirst ? use.lastUsedAt : await successors.usedAt(token, caller.address, given);
    if (issuedAt === undefined) return undefined;
    if (isFirst) await successors.remember(token, caller.address, issuedAt);
    const access = { id: successors.accessIdOf(token), issuedAt };
    return this.pair(accountOf(login), login.id, successor, access);
  }

  private async begin(
    account: LoginAccount,
    caller: Caller,
    { actor, changes }: { readonly actor: AuditParty; readonly changes?: Readonly<Record<string, string>> },
    create: (login: NewLogin) => Promise<number | undefined>,
  ): Promise<TokenPair> {
    const token = newRefreshToken();
    const digests = { handleDigest: sha256(token.handle), secretDigest: sha256(token.secret) };
    const loginId = await this.audit.with(
      () => create({ ...digests, ...this.use(caller) }),
      (login) =>
        login === undefined
          ? undefined
          : {
              action: 'auth.login',
              actor,
              target: targetOf({ ...account, label: actor.label }),
              changes: { login, ...changes },
            },
    );
    if (loginId === undefined) throw wrong();
    this.close(await this.repository.endBeyond(account, LOGINS_PER_ACCOUNT));
    await this.events.began(account);
    return this.pair(account, loginId, token);
  }

  private pair(account: LoginAccount, loginId: number, token: RefreshToken, access?: AccessIssue): TokenPair {
    return {
      accessToken: this.tokens.issue(account, loginId, access),
      expiresIn: ACCESS_TOKEN_SECONDS,
      refreshToken: formatRefreshToken(token),
    };
  }

  private use({ address, userAgent }: Caller): LoginUse {
    const now = this.clock.now();
    return { lastUsedAt: new Date(now), expiresAt: new Date(now + LOGIN_MS), address, userAgent };
  }

  private async sweep(): Promise<void> {
    try {
      this.close(await this.repository.endExpired(this.clock.date()));
    } catch (error) {
      reportFailure(this.logger, 'expired logins could not be ended', error);
    }
  }
}

const accountOf = ({ userId, deviceId }: Login): LoginAccount =>
  userId === null ? { kind: 'device', id: deviceId ?? 0 } : { kind: 'user', id: userId };

/** For audit targets: a `user` that acts is an `account` when acted upon. */
const targetOf = ({ kind, id, label = null }: LoginAccount & { readonly label?: string | null }): AuditParty => ({
  kind: kind === 'user' ? 'account' : kind,
  id: String(id),
  label,
});

const ended = (): AppError => new AppError('unauthenticated', 'The account may no longer sign in.');

const wrong = (): AppError => new AppError('invalid_credentials', WRONG);
