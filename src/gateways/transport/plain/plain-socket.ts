import { type RawData, type WebSocket } from 'ws';
import { BoundedSocket } from '../flow/bounded-socket.js';
import { DISCONNECT, type DisconnectReason } from '../../../modules/realtime/disconnect-reason.js';

/** Milliseconds for the closing handshake of a client that is not to come back: until then it is listed and present. */
const LEAVE_MS = 500;

/** Is told what happens on a socket. */
export interface SocketOwner {
  receive(data: Buffer, binary: boolean): void;
  pong(): void;
  refused(reason: DisconnectReason): void;
  end(code: number): void;
  /** Writes what was sent in this turn. */
  flush(): void;
}

/**
 * ws's socket with a reference to its connection: listeners are shared functions instead of closures per connection,
 * and this turn's frames leave before any close frame, including one that ws sends by itself.
 */
export class PlainSocket extends BoundedSocket {
  private connection: SocketOwner | undefined;

  bind(connection: SocketOwner): void {
    this.connection = connection;
    this.on('message', onMessage);
    this.on('close', onClose);
    this.on('error', onError);
    this.on('pong', onPong);
  }

  get owner(): SocketOwner {
    if (this.connection === undefined) throw new Error('a socket was used before it was bound');
    return this.connection;
  }

  override takeText(text: Buffer): void {
    this.owner.receive(text, false);
  }

  /** A client that reads or answers nothing would otherwise have ws's half a minute. */
  dismiss({ code, text, retry }: DisconnectReason): void {
    this.close(code, text);
    if (!retry) this.leaveSoon();
  }

  leaveSoon(): void {
    setTimeout(() => {
      this.terminate();
    }, LEAVE_MS).unref();
  }

  override close(code?: number, reason?: string | Buffer): void {
    this.connection?.flush();
    super.close(code, reason);
  }
}

/** Only `bind` attaches the listeners, so their socket has an owner. */
type Owned = WebSocket & Pick<PlainSocket, 'owner' | 'leaveSoon'>;

function onMessage(this: WebSocket, data: RawData, binary: boolean): void {
  (this as Owned).owner.receive(data as Buffer, binary);
}

function onClose(this: WebSocket, code: number): void {
  (this as Owned).owner.end(code);
}

/** ws refused a frame (not UTF-8, too large, against RFC 6455) and has sent the close frame. */
function onError(this: WebSocket, error: Error & { code?: string }): void {
  (this as Owned).owner.refused(refusalOf(error.code));
  (this as Owned).leaveSoon();
}

/** The reason with which ws has closed, by its documented error codes. */
function refusalOf(code: string | undefined): DisconnectReason {
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return DISCONNECT.tooLarge;
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return DISCONNECT.notAllowed;
  return code === 'WS_ERR_INVALID_UTF8' ? DISCONNECT.malformed : DISCONNECT.protocolError;
}

function onPong(this: WebSocket): void {
  (this as Owned).owner.pong();
}
