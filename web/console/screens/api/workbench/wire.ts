/** What a socket reports. */
export interface Listener {
  readonly opened: () => void;
  readonly sent: (text: string) => void;
  /** @param name to use instead of its name in the contract */
  readonly received: (text: string, name?: string) => void;
  /** The socket has ended: nothing more comes. */
  readonly closed: (why: string) => void;
}

/** A socket that is open or connecting. */
export interface Wire {
  /**
   * @param asks for an acknowledgement, where there are any
   * @throws Error that says what is wrong with the text
   */
  readonly send: (text: string, asks: boolean) => void;
  readonly close: () => void;
}
