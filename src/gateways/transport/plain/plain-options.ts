import { type Protocol } from '../../../modules/realtime/connection.js';
import { type HubEvent } from '../../../modules/realtime/hub-event.js';
import { type DisconnectReason } from '../../../modules/realtime/disconnect-reason.js';
import { type WireCodec } from '../dispatch/wire-codec.js';

/** Default for the largest frame before admission, in bytes. */
export const ADMISSION_FRAME_BYTES = 16_384;

/** How a client is told that its access was revoked. */
export interface RevokedClose {
  readonly reason: DisconnectReason;
  /** Sent before the close. */
  readonly event?: HubEvent;
}

/** Options of `@WebSocketGateway` for a protocol on plain WebSocket: `@WebSocketGateway(plainGateway({…}))`. */
export interface PlainGatewayOptions {
  readonly protocol: Protocol;
  /** Pattern such as `/ws/endpoint/:code`; a trailing slash is optional. */
  readonly path: string;
  /** A second path with the same meaning. */
  readonly otherPath?: string;
  readonly wire: WireCodec;
  /** Largest frame before admission, in bytes; default 16 KiB, never above `MAX_FRAME_BYTES`. */
  readonly admissionFrameBytes?: number;
  /** How a client is told that its access was revoked; default 1008. */
  readonly revoked?: RevokedClose;
  /** Deadline of the first message, as a multiple of `ADMISSION_SECONDS`; default 1. */
  readonly admissionFactor?: number;
}
