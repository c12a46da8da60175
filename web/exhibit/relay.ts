import { ServiceHost, type ServiceMessage, type ServiceRole, type SocketEnd } from '@switchboard/client/services';
import { followNetwork } from '../ui/network.js';
import { type Ending, explain } from './endings.js';

export type Role = ServiceRole;
export type Message = ServiceMessage;

/** What a relay reports to its page. */
interface Listener {
  readonly onConnecting: () => void;
  readonly onJoined: (role: Role) => void;
  readonly onCode: (code: string) => void;
  readonly onJoin: (join: Message) => void;
  readonly onLeave: (leave: Message) => void;
  readonly onError: (error: Message) => void;
  /** Somebody else's message. */
  readonly onMessage: (message: Message, text: string) => void;
  /**
   * It reconnects on its own: at `retryAt` (milliseconds since the epoch), or when this device is online again if
   * `null`.
   */
  readonly onLost: (ending: Ending, retryAt: number | null) => void;
  /** It does not reconnect on its own. */
  readonly onEnded: (ending: Ending) => void;
}

/** A connection to the relay that reconnects wherever that makes sense. */
export class Relay {
  private socket: ServiceHost | undefined;
  private lastRole: Role | null = null;
  private credential = '';
  private name = '';
  /** The server's last error. */
  private said = '';
  private admitted = false;

  constructor(private readonly listener: Listener) {
    followNetwork(() => this.socket);
  }

  /** This page's current or last role. */
  get role() {
    return this.lastRole;
  }

  get joined() {
    return this.admitted;
  }

  join(credential: string, name: string) {
    this.leave();
    this.credential = credential;
    this.name = name;
    this.connect();
  }

  /** Tries again at once. */
  retry() {
    this.listener.onConnecting();
    if (this.socket) this.socket.retry();
    else this.connect();
  }

  /** Ends the connection and forgets the credential. */
  leave() {
    this.hangUp();
    this.lastRole = null;
    this.credential = '';
  }

  /**
   * @param text of a JSON object
   * @returns whether it was sent
   */
  send(text: string): boolean {
    if (this.admitted) this.socket?.sendJson(text);
    return this.admitted;
  }

  /** Whether a text contains the credential of this page; the server does not pass on such messages. */
  holdsCredential(text: string) {
    return (
      this.lastRole !== 'guest' && this.credential !== '' && text.toLowerCase().includes(this.credential.toLowerCase())
    );
  }

  private connect() {
    const { listener, name } = this;
    // It may as well be a client's token or a code: the server tells which.
    const login = { hostToken: this.credential, ...(name !== '' && { name }) };
    const socket = new ServiceHost({ url: location.origin, longestMs: 15_000, ...login });
    this.socket = socket;
    socket.on('open', ({ role }) => {
      this.lastRole = role;
      this.admitted = true;
      listener.onJoined(role);
    });
    socket.on('code', listener.onCode);
    socket.on('join', listener.onJoin);
    socket.on('leave', listener.onLeave);
    socket.on('message', listener.onMessage);
    socket.on('error', (error) => {
      this.said = error.message;
      if (this.admitted && error.type === 'server_error') listener.onError(error);
    });
    socket.on('reconnecting', ({ waitMs, ...end }) => {
      const ending = this.ending(end);
      if (ending.again !== 'auto') {
        this.hangUp();
        listener.onEnded(ending);
      } else if (navigator.onLine) {
        listener.onLost(ending, Date.now() + waitMs);
      } else {
        listener.onLost({ ...ending, title: 'This device is offline', text: 'Its network is away.' }, null);
      }
    });
    socket.on('closed', (end) => {
      if (this.socket !== socket) return;
      const ending = this.ending(end);
      this.hangUp();
      listener.onEnded(ending);
    });
    listener.onConnecting();
  }

  private ending({ code }: SocketEnd): Ending {
    const { said, lastRole: role, admitted } = this;
    this.said = '';
    this.admitted = false;
    return explain({ code, said, role, returning: role !== null && !admitted });
  }

  private hangUp() {
    const { socket } = this;
    this.socket = undefined;
    this.admitted = false;
    this.said = '';
    socket?.close();
  }
}
