import { type Frame } from '../../../modules/realtime/connection.js';
import { type PlainFrame, textFrame } from '../flow/text-frame.js';

/**
 * A Socket.IO packet without attachments, encoded once: as text for Engine.IO's polling transport, and as a WebSocket
 * frame, which is the same for Engine.IO 3 and 4.
 */
export class SocketIoFrame implements Frame {
  private framed: PlainFrame | null = null;

  /** @param packet e.g. `2["message",{…}]`, without Engine.IO's packet type */
  constructor(readonly packet: string) {}

  get length(): number {
    return this.packet.length;
  }

  /** The same packet as a WebSocket frame, made when first needed. */
  get plain(): PlainFrame {
    return (this.framed ??= textFrame(`4${this.packet}`));
  }
}

/** The event `name` with arguments to be written as JSON. */
export function eventFrame(name: string, ...args: readonly unknown[]): SocketIoFrame {
  return new SocketIoFrame(`2${JSON.stringify([name, ...args])}`);
}

/** The event `name` with one argument given as JSON text, so that numbers keep their precision. */
export function rawEventFrame(name: string, json: string): SocketIoFrame {
  return new SocketIoFrame(`2[${JSON.stringify(name)},${json}]`);
}
