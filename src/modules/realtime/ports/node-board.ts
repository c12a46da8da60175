/** A heartbeat of a node as it is found on the board. */
export interface BoardBeat {
  readonly incarnation: string;
  /** Milliseconds since it was written, by one clock for all nodes. */
  readonly age: number;
  /** Another one for each heartbeat of a node. */
  readonly mark: string;
  /** What the node said of itself. */
  readonly text: string;
}

/** Where nodes leave their heartbeats beside the database: on what carries their messages. */
export abstract class NodeBoard {
  /** False where there is one node only, and nothing to write on. */
  abstract readonly shared: boolean;
  /** Whether the connection claims to be up. */
  abstract readonly connected: boolean;
  /**
   * `listener` is told when what the nodes share is there again after it was not, or has lost what was in it: by then
   * this node has sent what it writes again.
   * @returns false where it is never away
   */
  abstract onBack(listener: (dataLost: boolean) => void): boolean;
  /**
   * Leaves a heartbeat and reads those of all nodes.
   * @throws AppError `unavailable`, soon, when the board is away
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
