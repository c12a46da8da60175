import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { createSecretKey } from 'node:crypto';
import { AppError } from '../../../common/errors/app-error.js';
import { MAX_ID } from '../../../common/http/paging/cursor.js';
import { GATHER_LONGER_MS, SharedReads } from '../../../common/database/shared-reads.js';
import { randomToken } from '../../../common/security/random.js';
import { Clock } from '../../../common/time/clock.js';
import { KeyRing } from '../../../config/key-ring.js';
import { RevocationList } from '../../realtime/access/revocation-list.js';
import { selector } from '../../realtime/access/revocation-selectors.js';
import { type AccountPrincipal } from '../principals/device-principal.js';
import { type LoginAccount } from './login-events.js';
import { type LoginDevice, type LoginUser, LoginsRepository } from './logins.repository.js';
import { type UserPrincipal } from '../principals/user-principal.js';

const ALGORITHM = 'HS256';
const ISSUER = 'switchboard';
/** Who a token is for: people and devices. */
const AUDIENCES = ['user', 'device'] as const;

/** Lifetime of an access token, in seconds. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;

/** Ours have about 300 characters; anything longer is not worth a signature check. */
const MAX_LENGTH = 2_048;

/** What distinguishes two access tokens of one login. */
export interface AccessIssue {
  readonly id: string;
  readonly issuedAt: Date;
}

/** The claims of a genuine token. */
export interface TokenClaims extends LoginAccount {
  readonly loginId: number;
}

/** How it is found out whose a login is, and until when. */
interface LoginLookup {
  user(login: number): Promise<LoginUser | undefined>;
  device(login: number): Promise<LoginDevice | undefined>;
}

/** Access tokens: JWTs, HS256, bound to one login, dead at once when that login ends. */
@Injectable()
export class AccessTokens {
  private readonly jwt: JwtService;
  /** For sockets: many come back at once. */
  private readonly together: LoginLookup;

  constructor(
    keys: KeyRing,
    private readonly clock: Clock,
    private readonly logins: LoginsRepository,
    private readonly revocations: RevocationList,
  ) {
    const [users, devices] = [
      new SharedReads<LoginUser>((ids) => this.logins.usersOf(ids), GATHER_LONGER_MS),
      new SharedReads<LoginDevice>((ids) => this.logins.devicesOf(ids), GATHER_LONGER_MS),
    ];
    this.together = { user: (login) => users.read(login), device: (login) => devices.read(login) };
    // Of bytes it would look for each token, at forty times the cost of the rest, whether they are a public key.
    this.jwt = new JwtService({ secret: createSecretKey(keys.derive('access-tokens')) });
  }

  /** @param issue generated unless given */
  issue(account: LoginAccount, loginId: number, issue?: AccessIssue): string {
    const issuedAt = Math.floor((issue?.issuedAt.getTime() ?? this.clock.now()) / 1_000);
    const claims = {
      iss: ISSUER,
      aud: account.kind,
      sub: String(account.id),
      sid: loginId,
      jti: issue?.id ?? randomToken(16),
      iat: issuedAt,
      exp: issuedAt + ACCESS_TOKEN_SECONDS,
    };
    return this.jwt.sign(claims, { algorithm: ALGORITHM });
  }

  /**
   * The user account that a token stands for.
   * @throws AppError `unauthenticated` like `verifyAccount`; `forbidden` when the token is a device's
   */
  async verify(token: string): Promise<UserPrincipal> {
    const principal = await this.verifyAccount(token);
    if (principal.kind === 'device') throw new AppError('forbidden', 'Devices may not do this.');
    return principal;
  }

  /**
   * Who the token of a request stands for. Costs one indexed query, so that logout, disabling and a changed role act at
   * once.
   * @throws AppError `unauthenticated` when it is forged, expired, or its login has ended
   */
  async verifyAccount(token: string): Promise<AccountPrincipal> {
    return this.principalOf(this.read(token), {
      user: async (login) => (await this.logins.usersOf([login])).get(login),
      device: async (login) => (await this.logins.devicesOf([login])).get(login),
    });
  }

  /** The account of a socket's token that was read, if its login is alive. @throws AppError `unauthenticated` */
  confirm(claims: TokenClaims): Promise<AccountPrincipal> {
    return this.principalOf(claims, this.together);
  }

  private async principalOf({ kind, id, loginId }: TokenClaims, find: LoginLookup): Promise<AccountPrincipal> {
    const now = this.clock.date();
    const common = { id: String(id), loginId, selectors: [selector(kind, String(id))] };
    if (this.revocations.matches(common.selectors, now.getTime())) throw refused();
    if (kind === 'user') {
      const user = await find.user(loginId);
      if (user?.id !== id || user.expiresAt <= now) throw refused();
      return { ...common, kind, label: user.email, userId: user.id, role: user.role };
    }
    const device = await find.device(loginId);
    if (device?.id !== id || device.expiresAt <= now) throw refused();
    return { ...common, kind, label: device.username, deviceId: device.id, circleId: device.circleId };
  }

  /**
   * The claims of a token that is genuine and has not expired; only `confirm` knows whether its login is alive.
   * @throws AppError `unauthenticated`
   */
  read(token: string): TokenClaims {
    if (token.length > MAX_LENGTH) throw refused();
    let claims: { aud?: unknown; sub?: unknown; sid?: unknown; exp?: unknown };
    try {
      claims = this.jwt.verify(token, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: [...AUDIENCES],
        clockTimestamp: Math.floor(this.clock.now() / 1_000),
      });
    } catch {
      throw refused();
    }
    const { aud, sub, sid, exp } = claims;
    const kind = AUDIENCES.find((audience) => audience === aud);
    const id = typeof sub === 'string' && /^[1-9]\d{0,9}$/.test(sub) ? Number(sub) : 0;
    const loginId = typeof sid === 'number' && Number.isInteger(sid) ? sid : 0;
    const bounded = id >= 1 && id <= MAX_ID && loginId >= 1 && loginId <= MAX_ID;
    if (kind === undefined || !bounded || typeof exp !== 'number') throw refused();
    return { kind, id, loginId };
  }
}

/** One text for all reasons, so that strangers learn nothing from it. */
const refused = (): AppError => new AppError('unauthenticated', 'The access token is not valid, or no longer valid.');
