export type CallProtocol = 'signaling' | 'omikron';
export type CallState = 'ringing' | 'live' | 'ended';
export type CallOutcome = 'completed' | 'declined' | 'cancelled' | 'expired' | 'failed';
/** Why a call failed: the node of a participant died, or no node knows of the call any more. */
export type CallFailure = 'node_lost' | 'abandoned';

/** Identifies a call on all nodes. Survives JSON. */
export interface CallRef {
  readonly key: string;
  readonly protocol: CallProtocol;
  /** The id that participants know it by, where the protocol has one. At most 64 characters. */
  readonly wireId?: string;
}

/** Somebody who calls, is called, or is in a call. */
export interface CallParty {
  /** The party's id in the protocol, unique in the call. At most 64 characters. */
  readonly sid: string;
  readonly name: string;
  /** The account behind it, if it presented one. */
  readonly userId?: number | undefined;
}

/** Changes of one party since they were last written; absent members have not changed. Times are milliseconds. */
export interface PartyChange {
  name?: string;
  userId?: number;
  joinedAt?: number;
  /** When it last joined. */
  cameAt?: number;
  leftAt?: number;
  /** Whether it is in the call after these changes. */
  present?: boolean;
  muted?: boolean;
  videoOff?: boolean;
}

/** Changes of one call since they were last written. Nodes write theirs in any order, so every merge goes by time. */
export interface CallChange extends CallRef {
  startedAt: number;
  answeredAt?: number;
  endedAt?: number;
  outcome?: CallOutcome;
  reason?: CallFailure;
  endedBy?: string;
  readonly parties: Map<string, PartyChange>;
}

/** Changes waiting to be written: one entry per call, however often it changed. */
export class CallChanges {
  private calls = new Map<string, CallChange>();

  get size(): number {
    return this.calls.size;
  }

  has(key: string): boolean {
    return this.calls.has(key);
  }

  /** The waiting change of a call that existed `at` that time. */
  of({ key, protocol, wireId }: CallRef, at: number): CallChange {
    let change = this.calls.get(key);
    if (change === undefined) {
      change = {
        key,
        protocol,
        ...(wireId !== undefined && { wireId }),
        startedAt: at,
        parties: new Map<string, PartyChange>(),
      };
      this.calls.set(key, change);
    }
    return change;
  }

  party(ref: CallRef, sid: string, at: number): PartyChange {
    const { parties } = this.of(ref, at);
    let change = parties.get(sid);
    if (change === undefined) parties.set(sid, (change = {}));
    return change;
  }

  /** Returns everything that waits, and clears it. */
  takeAll(): CallChange[] {
    const all = [...this.calls.values()];
    this.calls = new Map();
    return all;
  }

  /** Puts back changes that could not be written, beneath those that came since. */
  restore(older: readonly CallChange[]): void {
    const newer = this.calls;
    this.calls = new Map(older.map((change) => [change.key, change]));
    for (const change of newer.values()) this.add(change);
  }

  /** Drops the oldest changes until at most `limit` calls wait. @returns how many it dropped */
  shrink(limit: number): number {
    let forgotten = 0;
    for (const key of this.calls.keys()) {
      if (this.calls.size <= limit) break;
      this.calls.delete(key);
      forgotten++;
    }
    return forgotten;
  }

  private add(newer: CallChange): void {
    const older = this.calls.get(newer.key);
    if (older === undefined) {
      this.calls.set(newer.key, newer);
      return;
    }
    older.startedAt = Math.min(older.startedAt, newer.startedAt);
    if (newer.answeredAt !== undefined) older.answeredAt ??= newer.answeredAt;
    if (newer.endedAt !== undefined && older.endedAt === undefined) {
      const { endedAt, outcome, reason, endedBy } = newer;
      Object.assign(older, { endedAt, outcome, reason, endedBy });
    }
    for (const [sid, change] of newer.parties) {
      const before = older.parties.get(sid) ?? {};
      const joinedAt = before.joinedAt ?? change.joinedAt;
      older.parties.set(sid, { ...before, ...change, ...(joinedAt !== undefined && { joinedAt }) });
    }
  }
}
