/** What a socket tells. */
export interface Listener {
  readonly opened: () => void;
  readonly sent: (text: string) => void;
  readonly received: (text: string) => void;
  /** It is over: nothing comes any more. */
  readonly closed: (why: string) => void;
}

/** An open socket, or one that will be. */
export interface Wire {
  /** @throws Error that says what is wrong with the text */
  readonly send: (text: string) => void;
  readonly close: () => void;
}
