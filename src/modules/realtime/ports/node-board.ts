/** A node's heartbeat as found on the board. */
export interface BoardBeat {
  readonly incarnation: string;
  /** Milliseconds since it was written, measured by one clock for all nodes. */
  readonly age: number;
  /** Differs for each heartbeat of a node. */
  readonly mark: string;
  /** What the node reported about itself. */
  readonly text: string;
}

/** Where nodes leave heartbeats besides the database: on what carries their messages. */
export abstract class NodeBoard {
  /** False when there is only one node and nothing to write to. */
  abstract readonly shared: boolean;
  /** Whether the connection claims to be up. */
  abstract readonly connected: boolean;
  /**
   * `listener` is called when the shared state is back after an outage, or has lost its data. By then this node has
   * sent what it rewrites.
   * @returns false where the shared state can never be away
   */
  abstract onBack(listener: (dataLost: boolean) => void): boolean;
  /**
   * Leaves a heartbeat and reads those of all nodes.
   * @throws AppError `unavailable`, without a long wait, when the board is away
   */
  abstract beat(incarnation: string, text: string): Promise<BoardBeat[]>;
  /** Takes a node's heartbeat off the board. */
  abstract remove(incarnation: string): Promise<void>;
}

/** One node. */
export class InProcessNodeBoard extends NodeBoard {
  readonly shared = false;
  readonly connected = true;

  onBack(): boolean {
    return false;
  }
  beat(): Promise<BoardBeat[]> {
    return Promise.resolve([]);
  }
  remove(): Promise<void> {
    return Promise.resolve();
  }
}
