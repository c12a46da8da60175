import { backoff } from '../ui/backoff.js';
import { type JsonObject, parseObject, textOf } from '../ui/json.js';
import { type Ending, explain } from './endings.js';

export type Role = 'host' | 'client' | 'guest';

/** A message as it came: an object, nothing else is known. */
export type Message = JsonObject;

/** What a relay tells its page. */
interface Listener {
  readonly onConnecting: () => void;
  readonly onJoined: (role: Role) => void;
  /** Everything between joining and the end. */
  readonly onMessage: (message: Message, text: string) => void;
  /** It comes back by itself: at `retryAt` (milliseconds since the epoch), or `null` = when this device is online again. */
  readonly onLost: (ending: Ending, retryAt: number | null) => void;
  /** It does not come back by itself. */
  readonly onEnded: (ending: Ending) => void;
}

const WAIT = { first: 500, longest: 15_000 };
/** What a server that asks for patience counts for, in failures. */
const PATIENT = 3;

/** A connection to the relay that is kept up: it comes back by itself wherever that makes sense. */
export class Relay {
  private socket: WebSocket | null = null;
  private lastRole: Role | null = null;
  private credential = '';
  private name = '';
  private said = '';
  private failures = 0;
  private admitted = false;
  /** Waiting for this device's own network. */
  private offline = false;
  private timer: number | undefined;

  constructor(private readonly listener: Listener) {
    addEventListener('online', () => {
      if (this.offline) this.retry();
    });
    // A socket over a network that has gone would be silent for minutes before anybody noticed.
    addEventListener('offline', () => {
      if (this.socket) this.end(this.socket, 1006);
    });
  }

  /** What this page is or was last. */
  get role() {
    return this.lastRole;
  }

  get joined() {
    return this.admitted && this.socket?.readyState === WebSocket.OPEN;
  }

  join(credential: string, name: string) {
    this.leave();
    this.credential = credential;
    this.name = name;
    this.connect();
  }

  /** Tries at once, once more. */
  retry() {
    clearTimeout(this.timer);
    if (this.socket === null && this.credential !== '') this.connect();
  }

  /** Ends the connection and forgets the credential. */
  leave() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    this.admitted = false;
    this.lastRole = null;
    this.credential = '';
    this.failures = 0;
    this.offline = false;
    socket?.close(1000);
  }

  /**
   * @param text of a JSON object
   * @returns whether it went out
   */
  send(text: string): boolean {
    if (!this.joined) return false;
    this.socket?.send(text);
    return true;
  }

  /** Whether a text holds what this page came in with; the server passes no such message on. */
  holdsCredential(text: string) {
    return (
      this.lastRole !== 'guest' && this.credential !== '' && text.toLowerCase().includes(this.credential.toLowerCase())
    );
  }

  private connect() {
    const url = new URL('/ws/', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    this.socket = socket;
    this.offline = false;
    this.said = '';
    this.admitted = false;
    socket.addEventListener('open', () => {
      const login = this.name === '' ? { token: this.credential } : { token: this.credential, name: this.name };
      socket.send(JSON.stringify(login));
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.socket) this.receive(String(data));
    });
    socket.addEventListener('close', ({ code }) => {
      this.end(socket, code);
    });
    this.listener.onConnecting();
  }

  private receive(text: string) {
    const message = parseObject(text);
    if (message === null) return;
    if (message['type'] === 'server_error' || message['type'] === 'server_disconnect')
      this.said = textOf(message, 'message');
    if (this.admitted) {
      this.listener.onMessage(message, text);
    } else if (message['type'] === 'server_authorized') {
      const role = roleIn(textOf(message, 'message'));
      this.lastRole = role;
      this.admitted = true;
      this.failures = 0;
      this.listener.onJoined(role);
    }
  }

  private end(socket: WebSocket, code: number) {
    if (socket !== this.socket) return;
    const admitted = this.admitted;
    this.socket = null;
    this.admitted = false;
    socket.close();
    const role = this.lastRole;
    const ending = explain({ code, said: this.said, role, returning: role !== null && !admitted });
    if (ending.again !== 'auto') {
      this.listener.onEnded(ending);
      return;
    }
    const wait = Math.round(backoff(this.failures + (ending.patient === true ? PATIENT : 0), WAIT));
    this.failures++;
    this.offline = !navigator.onLine;
    if (!this.offline) {
      this.timer = setTimeout(() => {
        this.retry();
      }, wait);
      this.listener.onLost(ending, Date.now() + wait);
    } else {
      this.listener.onLost({ ...ending, title: 'This device is offline', text: 'Its network is away.' }, null);
    }
  }
}

/** The greeting ends with what this page was admitted as. */
function roleIn(greeting: string): Role {
  if (greeting.endsWith('host')) return 'host';
  return greeting.endsWith('client') ? 'client' : 'guest';
}
