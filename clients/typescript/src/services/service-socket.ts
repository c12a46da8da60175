import {
  type ServicesDisconnect,
  type ServicesError,
  type ServicesJoin,
  type ServicesLeave,
  type ServicesLogin,
  type ServicesMessage,
  type ServicesRole,
} from '../generated/frames.gen.js';
import { type JsonObject } from '../json.js';
import { type Verdict } from '../sockets/close-codes.js';
import { LiveSocket } from '../sockets/live-socket.js';
import { NotConnected, type SocketEnd, type SocketEvents, type SocketOptions } from '../sockets/persistent.js';

export interface ServiceOptions extends SocketOptions {
  /** The name that others see. */
  readonly name?: string;
}

export type ServiceMessage = ServicesMessage;
export type ServiceRole = ServicesRole;

export interface ServiceEvents extends SocketEvents {
  /** Admitted in the role of the token or code; from now on messages pass. */
  readonly open: { readonly role: ServiceRole };
  readonly message: ServiceMessage;
  readonly join: ServicesJoin;
  readonly leave: ServicesLeave;
  /** What is wrong with the last message or the token, or why the session has ended. */
  readonly error: ServicesError | ServicesDisconnect;
}

/** What the three roles of a service have in common. */
export abstract class ServiceSocket<Events extends ServiceEvents> extends LiveSocket<Events> {
  private admitted = false;

  protected constructor(
    protected override readonly options: ServiceOptions,
    private readonly token: string,
    private readonly role: ServicesRole,
  ) {
    super(options);
  }

  /** Throws `NotConnected` until admitted: nothing is kept for later. */
  send(message: ServiceMessage): void {
    this.sendJson(JSON.stringify(message));
  }

  /** The same for the JSON text of an object, which is sent unchanged. */
  sendJson(text: string): void {
    if (!this.admitted) throw new NotConnected('Not admitted to the service yet');
    this.sendText(text);
  }

  protected path(): string {
    return '/ws/';
  }

  protected opened(): void {
    const { name } = this.options;
    const login: ServicesLogin = { token: this.token, ...(name !== undefined && { name }) };
    this.sendText(JSON.stringify(login));
  }

  /** 1000 means a refusal: of the token, or because there is no seat. */
  protected override lost(end: SocketEnd): Verdict {
    this.admitted = false;
    return end.code === 1000 ? 'stop' : super.lost(end);
  }

  protected received(frame: JsonObject): void {
    switch (frame['type']) {
      case 'server_authorized':
        this.admitted = true;
        this.settle();
        this.emit('open', { role: roleIn(frame['message']) ?? this.role });
        break;
      case 'server_join':
        this.emit('join', frame as Events['join']);
        break;
      case 'server_leave':
        this.emit('leave', frame as Events['leave']);
        break;
      case 'server_error':
      case 'server_disconnect':
        this.emit('error', frame as Events['error']);
        break;
      case 'server_connect':
        break;
      default:
        this.emit('message', frame);
    }
  }
}

const ROLES: readonly ServicesRole[] = ['host', 'client', 'guest'];

/** The greeting ends with the role. */
const roleIn = (greeting: unknown): ServicesRole | undefined =>
  ROLES.find((role) => typeof greeting === 'string' && greeting.endsWith(role));
