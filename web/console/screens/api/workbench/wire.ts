/** What a socket tells. */
export interface Listener {
  readonly opened: () => void;
  readonly sent: (text: string) => void;
  /** @param name in the place of what the contract calls it */
  readonly received: (text: string, name?: string) => void;
  /** It is over: nothing comes any more. */
  readonly closed: (why: string) => void;
}

/** An open socket, or one that will be. */
export interface Wire {
  /**
   * @param asks for an acknowledgement, where there are some
   * @throws Error that says what is wrong with the text
   */
  readonly send: (text: string, asks: boolean) => void;
  readonly close: () => void;
}
