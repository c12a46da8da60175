import { type EventEncoder } from '../../../modules/realtime/connection.js';

/** A decoded inbound message: `event` selects the `@SubscribeMessage` method, `data` is its argument. */
export interface WireMessage {
  readonly event: string;
  readonly data: unknown;
}

/**
 * One protocol's language on plain WebSocket. Pure: no sockets, no database, no clock.
 * `encode` (from EventEncoder) returns `textFrame(…)` or `null` for events that have no frame; `join` is `joinFrames`.
 */
export interface WireCodec extends EventEncoder {
  /**
   * @param data the frame's payload; text frames are valid UTF-8 already
   * @param admitted whether the connection has a principal
   * @throws AppError when the frame is not of this protocol; it reaches the gateway's filter
   */
  decode(data: Buffer, isBinary: boolean, admitted: boolean): WireMessage;
}
