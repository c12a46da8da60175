import { Injectable } from '@nestjs/common';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { type OmikronConnection } from '../omikron-connection.js';

/** Scope of the throttle. */
const TRIES = 'omikron-call';

/** People make up the secrets of their calls, so each that is shown counts, per address and per call, as a guess. */
@Injectable()
export class CallSecrets {
  constructor(private readonly throttle: AttemptThrottle) {}

  /**
   * Does `look` when it is its turn.
   * @param secret keyed digest; `null` when none is shown
   * @param look gives `undefined` when the call has another secret
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
