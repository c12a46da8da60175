import { type EventEncoder } from '../../../modules/realtime/connection.js';

/** A decoded inbound message: `event` selects the `@SubscribeMessage` method, `data` is its argument. */
export interface WireMessage {
  readonly event: string;
  readonly data: unknown;
}

/**
 * The codec of one protocol on plain WebSocket. Pure: no sockets, no database, no clock. `encode` (from EventEncoder)
 * returns `textFrame(…)`, or `null` for events without a frame; `join` is `joinFrames`.
 */
export interface WireCodec extends EventEncoder {
  /**
   * @param data the frame's payload; text is already known to be valid UTF-8
   * @param admitted whether the connection has a principal
   * @throws AppError when the frame is not part of this protocol; the gateway's filter gets it
   */
  decode(data: Buffer, isBinary: boolean, admitted: boolean): WireMessage;
}
