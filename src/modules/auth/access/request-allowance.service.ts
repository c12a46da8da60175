import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { AppConfig } from '../../../config/app-config.js';
import { type RateLimit, RateLimiter } from '../../realtime/ports/rate-limiter.js';

/** Of one person by one other: twenty at once, then one a minute. */
const INVITES: RateLimit = { rate: 1 / 60, burst: 20 };

/**
 * How much anybody may ask for, by `REST_RATE` and `REST_BURST`. Credentials that are wrong are charged to the address
 * they come from, on whichever way in they are shown: they are too long to be guessed, so that is all they need.
 */
@Injectable()
export class RequestAllowance {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly config: AppConfig,
  ) {}

  /** @throws AppError `rate_limited` when `bucket` is empty */
  charge(bucket: string): Promise<void> {
    const { restRate: rate, restBurst: burst } = this.config.limits;
    return this.take(bucket, { rate, burst });
  }

  /** Charges who invites the same person again and again. @throws AppError `rate_limited` */
  chargeInvite(inviter: number, email: string): Promise<void> {
    return this.take(`invite:${inviter}:${email}`, INVITES);
  }

  private async take(bucket: string, limit: RateLimit): Promise<void> {
    if (this.config.limits.restRate === 0) return;
    const waitMs = await this.limiter.take(`rest:${bucket}`, limit);
    if (waitMs === 0) return;
    throw new AppError('rate_limited', 'Too many requests; slow down.', {
      retryAfterSeconds: Math.ceil(waitMs / 1_000),
    });
  }

  /** Charges whoever has not shown who it is. @throws AppError `rate_limited` */
  chargeAddress(address: string): Promise<void> {
    return this.charge(`address:${addressKey(address)}`);
  }
}
