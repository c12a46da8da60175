import { Injectable } from '@nestjs/common';
import { type CallOutcome, type CallProtocol, type CallRef } from './call-changes.js';

/** A call that has not ended, and how it is to. */
export interface EndingCall {
  readonly call: CallRef;
  readonly outcome: CallOutcome;
  /** Who ends it, as the ledger shows it. */
  readonly by: string;
  /** Whoever rang, was rung, or was in it. */
  readonly sids: readonly string[];
}

type Ender = (ending: EndingCall) => Promise<void>;

/** How calls are ended from outside: each protocol registers its own way, and tells the ledger by whom. */
@Injectable()
export class CallEndings {
  private readonly enders = new Map<CallProtocol, Ender>();

  /** `end` ends a call on whichever nodes it is; AppError `unavailable` when that cannot be done now. */
  register(protocol: CallProtocol, end: Ender): void {
    this.enders.set(protocol, end);
  }

  async end(ending: EndingCall): Promise<void> {
    await this.enders.get(ending.call.protocol)?.(ending);
  }
}
