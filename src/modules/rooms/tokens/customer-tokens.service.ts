import { Injectable } from '@nestjs/common';
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import { AppError } from '../../../common/errors/app-error.js';
import { identityFault, textFault } from '../../../common/http/input/text-rules.js';
import { Clock } from '../../../common/time/clock.js';
import { type TokenIssuer } from '../../../entities/rooms/token-issuer.entity.js';
import { RequestAllowance } from '../../auth/access/request-allowance.service.js';
import { type RoomRights, roomRightsFault } from '../../auth/tickets/room-rights.js';
import { type Stranger } from '../../auth/tickets/tickets.service.js';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { IssuerKeys } from './issuer-keys.service.js';
import { TokenIssuersRepository } from './token-issuers.repository.js';

const AUDIENCE = 'switchboard';
/** Longer tokens fit into no header, and are not worth a signature check. */
const MAX_LENGTH = 8_192;
const MAX_ISSUER = 255;
const MAX_LIFE_SECONDS = 86_400;
/** How far the clocks of issuers may differ from ours. */
const SKEW_SECONDS = 60;
/** Throttling scope for forged tokens. */
const TRIES = 'customer-tokens';

/** The claims of a genuine token of a customer. */
export interface CustomerClaims {
  readonly issuerId: number;
  readonly applicationId: number;
  readonly subject: string;
  readonly rooms: RoomRights;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** JWTs that applications sign themselves, for their own users. */
@Injectable()
export class CustomerTokens {
  constructor(
    private readonly issuers: TokenIssuersRepository,
    private readonly keys: IssuerKeys,
    private readonly throttle: AttemptThrottle,
    private readonly allowance: RequestAllowance,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError `unauthenticated`: forged tokens slow down their address, genuine but invalid ones are charged to
   * it; `unavailable` when the issuer's keys cannot be fetched
   */
  async verify(token: string, holder: Stranger): Promise<CustomerClaims> {
    const issuer = await this.issuerOf(token);
    const payload = issuer && (await this.payloadOf(token, issuer, holder));
    if (issuer === undefined || payload === undefined) {
      await this.throttle.wrong({ scope: TRIES, address: holder.address, gone: () => holder.closed });
      throw refused('The token is not signed by a registered issuer.');
    }
    const fault = this.faultOf(payload);
    if (fault !== undefined) await this.refuseGenuine(fault, holder);
    const { sub: subject = '', exp = 0, rooms } = payload as JWTPayload & { rooms: RoomRights };
    return { issuerId: issuer.id, applicationId: issuer.applicationId, subject, rooms, expiresAt: exp * 1_000 };
  }

  /** The issuer that the token claims to be from. */
  private async issuerOf(token: string): Promise<TokenIssuer | undefined> {
    if (token.length > MAX_LENGTH) return undefined;
    let iss: unknown;
    try {
      iss = decodeJwt(token).iss;
    } catch {
      return undefined;
    }
    if (typeof iss !== 'string' || iss === '' || iss.length > MAX_ISSUER || textFault(iss) !== undefined)
      return undefined;
    return this.issuers.findByIssuer(iss);
  }

  /** @returns `undefined` when it is not properly signed */
  private async payloadOf(token: string, issuer: TokenIssuer, holder: Stranger): Promise<JWTPayload | undefined> {
    const options = {
      algorithms: [issuer.algorithm],
      issuer: issuer.issuer,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'sub', 'rooms'],
      clockTolerance: SKEW_SECONDS,
      currentDate: this.clock.date(),
    };
    const key = this.keys.of(issuer);
    try {
      const { payload } = await (typeof key === 'function'
        ? jwtVerify(token, key, options)
        : jwtVerify(token, key, options));
      return payload;
    } catch (error) {
      if (error instanceof AppError) throw error;
      const isGenuine = error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired;
      if (isGenuine) await this.refuseGenuine(error.message, holder);
      if (error instanceof errors.JWKSMultipleMatchingKeys)
        await this.refuseGenuine('several keys fit, name a kid', holder);
      return undefined;
    }
  }

  /** What is wrong with a genuine token, for the developer of the backend that signs them. */
  private faultOf({ exp = 0, sub, rooms }: JWTPayload): string | undefined {
    const now = this.clock.now() / 1_000;
    if (exp <= now) return '"exp" has passed';
    if (exp > now + MAX_LIFE_SECONDS + SKEW_SECONDS) return '"exp" is more than 24 hours ahead';
    const identity = identityFault(sub);
    if (identity !== undefined) return `"sub" ${identity}`;
    const fault = roomRightsFault(rooms);
    return fault === undefined ? undefined : `"rooms" ${fault}`;
  }

  private async refuseGenuine(fault: string, { address }: Stranger): Promise<never> {
    await this.allowance.chargeAddress(address);
    throw refused(`The token is not valid: ${fault}.`);
  }
}

const refused = (detail: string): AppError => new AppError('unauthenticated', detail);
