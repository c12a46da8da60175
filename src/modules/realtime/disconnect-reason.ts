/** Why the server closes a connection: WebSocket close code, text, and whether the client should reconnect. */
export interface DisconnectReason {
  readonly code: number;
  /** At most 123 bytes of UTF-8, because it travels in the close frame. */
  readonly text: string;
  readonly retry: boolean;
}

/** The closed list of reasons. Transports without close codes use `retry` alone. */
export const DISCONNECT = {
  /** Ends a refused login; the protocol's own error frame has already said why. */
  refused: { code: 1000, text: '', retry: false },
  /** A violation of RFC 6455. */
  protocolError: { code: 1002, text: 'protocol error', retry: false },
  malformed: { code: 1007, text: 'malformed', retry: false },
  notAllowed: { code: 1008, text: 'not allowed', retry: false },
  /** The same peer has connected again. */
  replaced: { code: 1008, text: 'replaced by a newer connection', retry: false },
  callEnded: { code: 1008, text: 'the call was ended', retry: false },
  tooLarge: { code: 1009, text: 'frame too large', retry: false },
  internal: { code: 1011, text: 'internal error', retry: true },
  goingAway: { code: 1012, text: 'server is going, come back', retry: true },
  /** Whatever the connection depended on, or was connected to, is gone. */
  partnerGone: { code: 1012, text: 'the other side has gone, come back', retry: true },
  tryLater: { code: 1013, text: 'too many, try later', retry: true },
  /** Omni's forced disconnect. */
  forced: { code: 4000, text: '', retry: false },
  slowConsumer: { code: 4008, text: 'too slow, come back and recover', retry: true },
  flooding: { code: 4029, text: 'flooding', retry: true },
} as const satisfies Record<string, DisconnectReason>;
