/*
 * What nodes share of who is connected. Survives JSON; ids are canonical UUIDs where nothing else is said.
 */

/** Where a connected Iota is. */
export interface IotaSeat {
  readonly session: string;
  /** Host of the node it is connected to. */
  readonly node: string;
}

/** What is known of a connected Iota to whoever outlives its node. */
export interface SeatedIota {
  readonly iota: string;
  readonly users: readonly string[];
}

/** What a client reported last of its round trips. */
export interface ClientPing {
  readonly user: string;
  readonly written: string;
  readonly ping: string;
  /** When it was reported, in milliseconds since the epoch. */
  readonly at: number;
}

/** What is known of one socket of a user. */
export interface SocketState {
  readonly user: string;
  /** User id as the client wrote it. */
  readonly written: string;
  /** Session of the Iota through which it was admitted: once that is over, the socket is as good as gone. */
  readonly session: string;
  readonly state: string;
  /** When it was set, in milliseconds since the epoch; a user's newest one counts. */
  readonly at: number;
}

/** What is known of somebody in a call. */
export interface CallMember {
  readonly socket: string;
  /** User id as the client wrote it. */
  readonly written: string;
  readonly callState: string;
  /** State that the end of the stream goes back to. */
  readonly resume: string;
  readonly userState: string;
  readonly streaming: boolean;
  /** Keyed digest of the call's secret, the same for all members; `null` when the first one brought none. */
  readonly secret: string | null;
  /** What the ledger knows the call by. */
  readonly entry: string;
  /** When it came in. Times are milliseconds; its node may die before it has written what follows to the ledger. */
  readonly joinedAt: number;
  /** Since when somebody else has been in the call, too. */
  readonly answeredAt: number | null;
  /** Users whom it has rung, the last ones. */
  readonly rung: readonly string[];
}

/** Somebody is being called. */
export interface Ring {
  readonly call: string;
  /** Who calls, and whether they were in the call then. */
  readonly caller: string;
  readonly isIn: boolean;
  readonly at: number;
  /** What the one who is called is told: ids as the caller wrote them. */
  readonly told: {
    readonly call: string;
    readonly receiver: string;
    readonly sender: string;
    readonly secret: string | undefined;
  };
}

/** How a node is doing. */
export interface NodeLoad {
  /** Host under which it is reached. */
  readonly node: string;
  /** Busy time of its event loop, in percent. */
  readonly load: number;
  /** It takes no new connections. */
  readonly draining: boolean;
}
