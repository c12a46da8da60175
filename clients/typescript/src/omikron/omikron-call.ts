import { type OmikronCallIdentify } from '../generated/frames.gen.js';
import { type JsonObject } from '../json.js';
import {
  type CallSignal,
  type CallSignalType,
  type Envelope,
  type Member,
  type MemberChanged,
  membersOf,
} from './omikron-frames.js';
import { type OmikronEvents, type OmikronOptions, OmikronSocket } from './omikron-socket.js';

export interface OmikronCallOptions extends OmikronOptions {
  readonly callId: string;
  readonly userId: string;
  /** SHA-256 of the user's private key, 64 hex digits. */
  readonly privateKeyHash: string;
  /** SHA-256 of the call's secret, 64 hex digits; the first member sets it. */
  readonly callSecretSha?: string;
}

export interface OmikronCallEvents extends OmikronEvents {
  /** In the call: everybody in it by user, including oneself. */
  readonly open: { readonly members: Readonly<Record<string, Member>> };
  readonly joined: MemberChanged;
  readonly left: { readonly user_id: string };
  readonly changed: MemberChanged;
  readonly stream: { readonly user_id: string; readonly streaming: boolean };
  readonly signal: CallSignal;
  /** From a newer server. */
  readonly message: Envelope;
}

interface OwnState {
  readonly call_state?: string;
  readonly user_state?: string;
}

/** One person's seat in one call. */
export class OmikronCall extends OmikronSocket<OmikronCallEvents> {
  private own: OwnState = {};
  private streaming = false;

  constructor(protected override readonly options: OmikronCallOptions) {
    super(options);
  }

  /** `active`, `muted`, `deafed` …; told to the others on this connection, if there is one, and on every later one. */
  setState(state: OwnState): void {
    this.own = { ...this.own, ...state };
    if (this.isIdentified) this.tell('client_changed', state);
  }

  setStreaming(streaming: boolean): void {
    this.streaming = streaming;
    if (this.isIdentified) this.tell(streaming ? 'start_stream' : 'end_stream', {});
  }

  /**
   * Sends to one member. Throws `NotConnected` until `open`; if the receiver is not in the call, it comes back as
   * `error`.
   */
  signal(type: CallSignalType, receiver: string, data: object): void {
    this.tell(type, { ...data, receiver_id: receiver });
  }

  protected path(): string {
    return '/ws/call/';
  }

  protected identification(): OmikronCallIdentify['data'] {
    const { callId, userId, privateKeyHash, callSecretSha } = this.options;
    const secret = callSecretSha !== undefined && { call_secret_sha: callSecretSha };
    return { call_id: callId, user_id: userId, private_key_hash: privateKeyHash, ...secret };
  }

  protected admitted(data: JsonObject): void {
    if (Object.keys(this.own).length > 0) this.setState(this.own);
    if (this.streaming) this.setStreaming(true);
    this.emit('open', { members: membersOf(data) });
  }

  protected heard(message: Envelope): void {
    const { type, data } = message;
    const { user_id, sender_id, receiver_id } = data;
    if (isSignalType(type) && typeof sender_id === 'string' && typeof receiver_id === 'string') {
      this.emit('signal', { type, data: { ...data, sender_id, receiver_id } });
    } else if (typeof user_id === 'string') this.ofMember(message, { ...data, user_id });
    else this.emit('message', message);
  }

  private ofMember(message: Envelope, data: MemberChanged): void {
    const { user_id } = data;
    switch (message.type) {
      case 'client_connected':
        this.emit('joined', data);
        break;
      case 'client_changed':
        this.emit('changed', data);
        break;
      case 'client_closed':
        this.emit('left', { user_id });
        break;
      case 'start_stream':
      case 'end_stream':
        this.emit('stream', { user_id, streaming: message.type === 'start_stream' });
        break;
      default:
        this.emit('message', message);
    }
  }
}

const isSignalType = (type: string): type is CallSignalType =>
  type === 'webrtc_sdp' || type === 'webrtc_ice' || type === 'watch_stream';
