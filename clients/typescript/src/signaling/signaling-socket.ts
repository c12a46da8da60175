import { type SignalingSender, type SignalingToClient, type SignalingToServer } from '../generated/frames.gen.js';
import { LiveSocketIo } from '../sockets/live-socket-io.js';
import { NotConnected, type SocketEvents, type SocketOptions } from '../sockets/persistent.js';
import {
  type Call,
  type IceConfiguration,
  type Invitation,
  isSignal,
  type Peer,
  readCall,
  readIce,
  readInvitation,
  readPeer,
  readPeers,
  readSender,
  type Signal,
  type SignalKind,
  writeInvitation,
} from './signaling-frames.js';

export interface SignalingSocketOptions extends SocketOptions {
  /** The name that others see; at most 100 characters. */
  readonly name: string;
  /**
   * Where the lobby requires one: a token from `POST /api/v1/lobby/tokens`, or a function that gets one before each
   * connection.
   */
  readonly lobbyToken?: string | (() => Promise<string> | string);
}

export interface SignalingSocketEvents extends SocketEvents {
  /** In the lobby, each time with a new sid; the call, invitations and peers of the previous connection are gone. */
  readonly open: { readonly sid: string };
  /** Everybody else, on each connection and after `askForPeers`. */
  readonly peers: readonly Peer[];
  /** Somebody came, or changed their name. */
  readonly peer: Peer;
  readonly peerGone: { readonly sid: string };
  /** Somebody calls: `accept` or `decline` within 10 seconds. */
  readonly invited: Invitation;
  readonly inviteAccepted: Invitation;
  /** By the receiver, or withdrawn by the sender. */
  readonly inviteDeclined: Invitation;
  readonly inviteExpired: Invitation;
  /** The peer you invited is already in a call, perhaps in yours. */
  readonly busy: undefined;
  /** Somebody wants to be invited to your call. */
  readonly callRequested: SignalingSender;
  /** The call you are in, each time it grows. */
  readonly call: Call;
  readonly memberLeft: SignalingSender;
  readonly toggled: SignalingSender & { readonly what: 'mic' | 'video' };
  readonly chat: unknown;
  /** An offer, answer or candidate, as the other peer sent it. */
  readonly signal: Signal;
  /** On each connection, after `askForIceServers`, and during a call before the credentials expire. */
  readonly iceServers: IceConfiguration;
  /** What is wrong, for example that a lobby token is needed. */
  readonly error: { readonly message: string };
}

/** A peer in the lobby: sees who is there, and is connected to those it calls. */
export class SignalingSocket extends LiveSocketIo<SignalingSocketEvents, SignalingToServer> {
  private ownSid = '';

  constructor(protected override readonly options: SignalingSocketOptions) {
    super(options);
  }

  /** The sid that others know it by; empty while it is not connected. */
  get sid(): string {
    return this.isOpen ? this.ownSid : '';
  }

  // All of these throw `NotConnected` while there is no connection. Nothing is kept for later: the sid ends with the
  // connection, and with it everything said about it.

  askForPeers(): void {
    this.say(['connections']);
  }

  askForIceServers(): void {
    this.say(['ice-servers']);
  }

  invite(sid: string): void {
    this.say(['send-invitation', sid]);
  }

  accept(sender: string): void {
    this.say(['accept-invitation', writeInvitation({ sender_sid: sender, receiver_sid: this.demandSid() })]);
  }

  decline(sender: string): void {
    this.say(['decline-invitation', writeInvitation({ sender_sid: sender, receiver_sid: this.demandSid() })]);
  }

  /** Withdraws an invitation. */
  cancel(receiver: string): void {
    this.say(['decline-invitation', writeInvitation({ sender_sid: this.demandSid(), receiver_sid: receiver })]);
  }

  /** Sends to one peer; at most 256 KiB. */
  signal(type: SignalKind, receiver: string, content: object): void {
    this.say([type, { ...content, type, receiver_sid: receiver, sender_sid: this.demandSid() }]);
  }

  /** Sends to the others in the call. Each text in it may have at most 4,000 characters. */
  chat(message: unknown): void {
    this.say(['chat', message]);
  }

  toggle(what: 'mic' | 'video'): void {
    this.say([`toggle-${what}`]);
  }

  leaveCall(): void {
    this.say(['leave-room']);
  }

  protected async auth(): Promise<Record<string, unknown>> {
    const { lobbyToken } = this.options;
    if (lobbyToken === undefined) return {};
    return { lobby: typeof lobbyToken === 'string' ? lobbyToken : await lobbyToken() };
  }

  protected opened(sid: string): void {
    this.ownSid = sid;
    this.settle();
    this.emit('open', { sid });
    // A listener may have closed the socket.
    if (!this.isOpen) return;
    this.say(['name', this.options.name]);
    this.say(['connections']);
    this.say(['ice-servers']);
  }

  protected received(event: string, payload: unknown): void {
    const read = READERS.get(event);
    if (read !== undefined) {
      const [name, value] = read(payload);
      if (value !== undefined || name === 'busy') this.emit(name, value);
    } else if (isSignalKind(event) && isSignal(payload)) this.emit('signal', { ...payload, type: event });
  }

  private demandSid(): string {
    if (!this.isOpen) throw new NotConnected('Not connected');
    return this.ownSid;
  }
}

type Reader = (payload: unknown) => readonly [name: keyof SignalingSocketEvents, value: unknown];

/** The event for each message of the server; an undefined value means garbage. */
const READER_OF: Readonly<Record<Exclude<SignalingToClient[0], SignalKind>, Reader>> = {
  connections: (text) => ['peers', readPeers(text)],
  'add-connection': (text) => ['peer', readPeer(text)],
  'remove-connection': (sid) => ['peerGone', typeof sid === 'string' ? { sid } : undefined],
  'receive-invite': (text) => ['invited', readInvitation(text)],
  'invite-accepted': (text) => ['inviteAccepted', readInvitation(text)],
  'invite-declined': (text) => ['inviteDeclined', readInvitation(text)],
  'invite-expired-sender': (text) => ['inviteExpired', readInvitation(text)],
  'invite-expired-receiver': (text) => ['inviteExpired', readInvitation(text)],
  'room-is-already-set': () => ['busy', undefined],
  'invitation-request': (value) => ['callRequested', readSender(value)],
  'create-peer': (value) => ['call', readCall(value)],
  'remove-peer-connection': (value) => ['memberLeft', readSender(value)],
  'toggle-mic': (value) => ['toggled', toggled(value, 'mic')],
  'toggle-video': (value) => ['toggled', toggled(value, 'video')],
  'ice-servers': (value) => ['iceServers', readIce(value)],
  message: (value) => ['chat', value],
  error: (message) => ['error', typeof message === 'string' ? { message } : undefined],
};
/** A Map, since a server may send any name. */
const READERS = new Map<string, Reader>(Object.entries(READER_OF));

function toggled(value: unknown, what: 'mic' | 'video'): SignalingSocketEvents['toggled'] | undefined {
  const sender = readSender(value);
  return sender === undefined ? undefined : { ...sender, what };
}

const isSignalKind = (event: string): event is SignalKind =>
  event === 'offer' || event === 'answer' || event === 'candidate';
