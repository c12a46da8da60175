import { Injectable } from '@nestjs/common';
import { type CallOutcome, type CallProtocol, type CallRef } from './call-changes.js';

/** A call that has not ended, and how to end it. */
export interface EndingCall {
  readonly call: CallRef;
  readonly outcome: CallOutcome;
  /** Who ends it, as shown in the ledger. */
  readonly by: string;
  /** Everybody who called, was called, or was in it. */
  readonly sids: readonly string[];
}

type Ender = (ending: EndingCall) => Promise<void>;

/** Ends calls from outside: each protocol registers how it does so, and records in the ledger who did it. */
@Injectable()
export class CallEndings {
  private readonly enders = new Map<CallProtocol, Ender>();

  /** `end` ends a call on whichever nodes it is. It throws AppError `unavailable` when that is not possible now. */
  register(protocol: CallProtocol, end: Ender): void {
    this.enders.set(protocol, end);
  }

  async end(ending: EndingCall): Promise<void> {
    await this.enders.get(ending.call.protocol)?.(ending);
  }
}
