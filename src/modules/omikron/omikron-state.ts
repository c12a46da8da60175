// The state of connections that nodes share. Survives JSON; ids are canonical UUIDs unless stated otherwise.

/** Where a connected Iota is. */
export interface IotaSeat {
  readonly session: string;
  /** Host of the node it is connected to. */
  readonly node: string;
}

/** What other nodes know of a connected Iota in case its node dies. */
export interface SeatedIota {
  readonly iota: string;
  readonly users: readonly string[];
}

/** What a client last reported of its round trips. */
export interface ClientPing {
  readonly user: string;
  readonly written: string;
  readonly ping: string;
  /** When it was reported, in milliseconds since the epoch. */
  readonly at: number;
}

/** The state of one socket of a user. */
export interface SocketState {
  readonly user: string;
  /** User id as the client wrote it. */
  readonly written: string;
  /** Session of the Iota through which it was admitted; once that has ended, the socket no longer counts. */
  readonly session: string;
  readonly state: string;
  /** When it was set, in milliseconds since the epoch; a user's newest one counts. */
  readonly at: number;
}

/** The state of a member of a call. */
export interface CallMember {
  readonly socket: string;
  /** User id as the client wrote it. */
  readonly written: string;
  readonly callState: string;
  /** State to return to when the stream ends. */
  readonly resume: string;
  readonly userState: string;
  readonly streaming: boolean;
  /** Keyed digest of the call's secret, the same for all members; `null` when the first one presented none. */
  readonly secret: string | null;
  /** The ledger's key of the call. */
  readonly entry: string;
  /**
   * When it joined, in milliseconds. This and the following are kept here because its node may die before writing them
   * to the ledger.
   */
  readonly joinedAt: number;
  /** Since when somebody else has been in the call, too. */
  readonly answeredAt: number | null;
  /** The most recent users it has called. */
  readonly rung: readonly string[];
}

/** Somebody is being called. */
export interface Ring {
  readonly call: string;
  // Who calls, and whether they were in the call then.
  readonly caller: string;
  readonly isIn: boolean;
  readonly at: number;
  /** What the called user is told: ids as the caller wrote them. */
  readonly told: {
    readonly call: string;
    readonly receiver: string;
    readonly sender: string;
    readonly secret: string | undefined;
  };
}

/** The load of a node. */
export interface NodeLoad {
  /** Host under which it is reached. */
  readonly node: string;
  /** Busy time of its event loop, in percent. */
  readonly load: number;
  /** Whether it accepts no new connections. */
  readonly draining: boolean;
}
