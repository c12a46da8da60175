import { Injectable } from '@nestjs/common';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { type OmikronConnection } from '../omikron-connection.js';

/** Scope of the throttle. */
const TRIES = 'omikron-call';

/** People choose the secrets of their calls, so each one presented counts as a guess, per address and per call. */
@Injectable()
export class CallSecrets {
  constructor(private readonly throttle: AttemptThrottle) {}

  /**
   * Calls `look` when it is this attempt's turn.
   * @param secret keyed digest; `null` when none was presented
   * @param look returns `undefined` when the call has another secret
   * @throws AppError `rate_limited`
   */
  guess<T>(
    connection: OmikronConnection,
    call: string,
    secret: string | null,
    look: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    if (secret === null) return look();
    const { address } = connection;
    return this.throttle.guess({ scope: TRIES, target: call, address, secret, gone: () => connection.closed }, look);
  }
}
