import { channelsAt, witness } from './frame-witness.js';

/** Internals common to the clients of Socket.IO 1 to 4. */
interface Inside {
  onevent(packet: { readonly data: readonly unknown[] }): void;
  emit(event: string, ...args: unknown[]): unknown;
}

/** Events of the connection, which never leave the client. */
const LOCAL = new Set(['connect', 'connect_error', 'connecting', 'disconnect', 'error', 'ping', 'pong', 'reconnect']);

/** Records every event and acknowledgement that the client receives or sends, even if the test does not listen. */
export function witnessSocket(socket: object, url: string): void {
  const inside = socket as Inside;
  const channels = channelsAt(new URL('/socket.io', url).href);
  const hear = inside.onevent.bind(socket);
  inside.onevent = (packet) => {
    witness(channels, 'sends', plain(packet.data));
    hear(packet);
  };
  const say = inside.emit.bind(socket);
  inside.emit = (event, ...args) => {
    const last = args.at(-1);
    if (!LOCAL.has(event))
      witness(channels, 'receives', plain([event, ...args.filter((each) => typeof each !== 'function')]));
    if (typeof last !== 'function') return say(event, ...args);
    return say(event, ...args.slice(0, -1), (...answer: unknown[]) => {
      witness(channels, 'replies', plain(answer));
      (last as (...answer: unknown[]) => void)(...answer);
    });
  };
}

/** The values as JSON transfers them. */
const plain = (values: readonly unknown[]): unknown => JSON.parse(JSON.stringify(values));
