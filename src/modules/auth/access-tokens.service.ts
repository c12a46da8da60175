import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { AppError } from '../../common/errors/app-error.js';
import { MAX_ID } from '../../common/http/cursor.js';
import { randomToken } from '../../common/security/random.js';
import { Clock } from '../../common/time/clock.js';
import { KeyRing } from '../../config/key-ring.js';
import { LoginsRepository } from './logins.repository.js';
import { type UserPrincipal } from './user-principal.js';

const ALGORITHM = 'HS256';
const ISSUER = 'switchboard';
const AUDIENCE = 'user';

/** Seconds an access token lives. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;

/** Ours have about 300 characters; nothing longer is worth a signature check. */
const MAX_LENGTH = 2_048;

/** Access tokens: JWTs, HS256, bound to one login, dead at once when that login ends. */
@Injectable()
export class AccessTokens {
  private readonly jwt: JwtService;

  constructor(
    keys: KeyRing,
    private readonly clock: Clock,
    private readonly logins: LoginsRepository,
  ) {
    this.jwt = new JwtService({ secret: keys.derive('access-tokens') });
  }

  issue(userId: number, loginId: number): string {
    const issuedAt = Math.floor(this.clock.now() / 1_000);
    const claims = {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: String(userId),
      sid: loginId,
      jti: randomToken(16),
      iat: issuedAt,
      exp: issuedAt + ACCESS_TOKEN_SECONDS,
    };
    return this.jwt.sign(claims, { algorithm: ALGORITHM });
  }

  /**
   * Who the token stands for; for REST and for sockets alike. Costs one indexed query, so that logout, disabling and
   * a changed role act at once.
   * @throws AppError `unauthenticated` when it is forged, expired, or its login has ended
   */
  async verify(token: string): Promise<UserPrincipal> {
    const { userId, loginId } = this.claims(token);
    const user = await this.logins.findAccount(loginId, userId, this.clock.date());
    if (user === undefined) throw refused();
    return { kind: 'user', id: String(user.id), label: user.email, userId: user.id, role: user.role, loginId };
  }

  private claims(token: string): { userId: number; loginId: number } {
    if (token.length > MAX_LENGTH) throw refused();
    let claims: { sub?: unknown; sid?: unknown; exp?: unknown };
    try {
      claims = this.jwt.verify(token, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTimestamp: Math.floor(this.clock.now() / 1_000),
      });
    } catch {
      throw refused();
    }
    const { sub, sid, exp } = claims;
    const userId = typeof sub === 'string' && /^[1-9]\d{0,9}$/.test(sub) ? Number(sub) : 0;
    const loginId = typeof sid === 'number' && Number.isInteger(sid) ? sid : 0;
    const bounded = userId >= 1 && userId <= MAX_ID && loginId >= 1 && loginId <= MAX_ID;
    if (!bounded || typeof exp !== 'number') throw refused();
    return { userId, loginId };
  }
}

/** One text for all reasons: a stranger learns nothing from it. */
const refused = (): AppError => new AppError('unauthenticated', 'The access token is not valid, or not any more.');
