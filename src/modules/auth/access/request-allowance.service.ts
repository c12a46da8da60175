import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { AppConfig } from '../../../config/app-config.js';
import { type RateLimit, RateLimiter } from '../../realtime/ports/rate-limiter.js';

/** Invitations from one person to one other: twenty at once, then one per minute. */
const INVITES: RateLimit = { rate: 1 / 60, burst: 20 };

/**
 * Limits how much a caller may ask for, by `REST_RATE` and `REST_BURST`. Wrong credentials are charged to the address
 * they come from, wherever they are presented; they are too long to be guessed, so no more is needed.
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

  /** Charges inviting the same person again and again. @throws AppError `rate_limited` */
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

  /** Charges a client that is not identified. @throws AppError `rate_limited` */
  chargeAddress(address: string): Promise<void> {
    return this.charge(`address:${addressKey(address)}`);
  }
}
