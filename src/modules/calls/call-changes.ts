export type CallProtocol = 'signaling' | 'omikron';
export type CallState = 'ringing' | 'live' | 'ended';
export type CallOutcome = 'completed' | 'declined' | 'cancelled' | 'expired' | 'failed';
/** Why a call failed: with the node of a participant; or no node knows of it any more. */
export type CallFailure = 'node_lost' | 'abandoned';

/** What all nodes know a call by. Survives JSON. */
export interface CallRef {
  readonly key: string;
  readonly protocol: CallProtocol;
  /** The id its participants know it by, where the protocol has one. At most 64 characters. */
  readonly wireId?: string;
}

/** Somebody who rings, is rung, or is in a call. */
export interface CallParty {
  /** What the protocol knows it by, unique in the call. At most 64 characters. */
  readonly sid: string;
  readonly name: string;
  /** The account behind it, if it showed one. */
  readonly userId?: number | undefined;
}

/** Changes of one party since they were last written; what is absent has not changed. Times are milliseconds. */
export interface PartyChange {
  name?: string;
  userId?: number;
  joinedAt?: number;
  /** When it joined last. */
  cameAt?: number;
  leftAt?: number;
  /** Whether it is in the call by the last of these changes. */
  present?: boolean;
  muted?: boolean;
  videoOff?: boolean;
}

/** Changes of one call since they were last written. Nodes write theirs in any order, so every merge is by time. */
export interface CallChange extends CallRef {
  startedAt: number;
  answeredAt?: number;
  endedAt?: number;
  outcome?: CallOutcome;
  reason?: CallFailure;
  endedBy?: string;
  readonly parties: Map<string, PartyChange>;
}

/** Changes that wait to be written, one entry for each call however often it changed. */
export class CallChanges {
  private calls = new Map<string, CallChange>();

  get size(): number {
    return this.calls.size;
  }

  has(key: string): boolean {
    return this.calls.has(key);
  }

  /** The waiting change of a call that was there `at`. */
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

  /** Everything that waits; nothing does any more. */
  takeAll(): CallChange[] {
    const all = [...this.calls.values()];
    this.calls = new Map();
    return all;
  }

  /** Puts changes that could not be written below those that came since. */
  restore(older: readonly CallChange[]): void {
    const newer = this.calls;
    this.calls = new Map(older.map((change) => [change.key, change]));
    for (const change of newer.values()) this.add(change);
  }

  /** Forgets the oldest changes until at most `limit` calls wait. @returns how many it forgot */
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
