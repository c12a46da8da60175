// An adapter for Socket.IO that frames each broadcast once and joins all frames of a turn for a socket into one write,
// bypassing Engine.IO while the socket is idle: the best that Socket.IO can do on its own transport. A plain emit() in
// the same turn would overtake.
import { Adapter } from 'socket.io-adapter';

export class BatchingAdapter extends Adapter {
  #frames = new Map();

  broadcast(packet, options) {
    packet.nsp = this.nsp.name;
    const { volatile, compress } = options.flags ?? {};
    const how = { preEncoded: true, volatile, compress };
    const encoded = this._encode(packet, how);
    if (!how.wsPreEncodedFrame) return super.broadcast(packet, options);
    const frame = Buffer.concat(how.wsPreEncodedFrame);
    this.apply(options, ({ client }) => {
      const tcp = idleSocket(client.conn);
      if (tcp === undefined) client.writeToEngine(encoded, how);
      else this.#later(tcp, frame);
    });
  }

  #later(tcp, frame) {
    if (this.#frames.size === 0) setImmediate(() => this.#flush());
    const frames = this.#frames.get(tcp);
    if (frames === undefined) this.#frames.set(tcp, [frame]);
    else frames.push(frame);
  }

  /** Sockets of one room get the same frames, so these are joined only once. */
  #flush() {
    let last = { frames: [], bytes: undefined };
    for (const [tcp, frames] of this.#frames) {
      const isSame = frames.length === last.frames.length && frames.every((frame, i) => frame === last.frames[i]);
      if (!isSame) last = { frames, bytes: frames.length === 1 ? frames[0] : Buffer.concat(frames) };
      tcp.write(last.bytes);
    }
    this.#frames.clear();
  }
}

function idleSocket({ readyState, transport, writeBuffer }) {
  const isIdle = readyState === 'open' && transport.name === 'websocket' && transport.writable;
  return isIdle && writeBuffer.length === 0 && !transport.perMessageDeflate ? transport.socket._socket : undefined;
}
