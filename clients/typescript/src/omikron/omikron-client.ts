import { type OmikronCallInvite, type OmikronClientIdentify, type OmikronGetCall } from '../generated/frames.gen.js';
import { type JsonObject } from '../json.js';
import { type Envelope, type NewCall, textsOf, type UserState } from './omikron-frames.js';
import { type OmikronEvents, type OmikronOptions, OmikronSocket } from './omikron-socket.js';

export interface OmikronClientOptions extends OmikronOptions {
  readonly userId: string;
  /** SHA-256 of the user's private key, 64 hex digits. */
  readonly privateKeyHash: string;
  readonly iotaId?: string;
}

export interface OmikronClientEvents extends OmikronEvents {
  /** Identified: the home server is connected. */
  readonly open: undefined;
  /** From the home server, unless it answers `ask`. */
  readonly message: Envelope;
  /** Of watched users: all of them after each reconnect, otherwise the one that changed. */
  readonly states: Readonly<Record<string, string>>;
  readonly called: NewCall;
}

/** One of a person's apps, which talks to the person's home server. */
export class OmikronClient extends OmikronSocket<OmikronClientEvents> {
  private readonly watched = new Set<string>();
  private state: string | undefined;

  constructor(protected override readonly options: OmikronClientOptions) {
    super(options);
  }

  /**
   * Asks the home server. Resolves with the message that repeats the id.
   * Rejects with `NotConnected` until `open`, with `OmikronRefused`, or with `Unconfirmed` when no answer comes:
   * whether it was received is then not known.
   */
  ask(type: string, data: object): Promise<Envelope> {
    return this.question(type, data);
  }

  /** Sends to the home server, without an answer. Throws `NotConnected` until `open`: nothing is kept for later. */
  send(type: string, data: object): void {
    this.tell(type, data);
  }

  /** Watches the states of these users, also after a reconnect. Rejects like `ask`. @returns states by user */
  async watch(userIds: readonly string[]): Promise<Record<string, string>> {
    const { data } = await this.question('get_states', { user_ids: [...userIds] });
    for (const id of userIds) this.watched.add(id);
    return textsOf(data['user_states']);
  }

  /** Sets what those who watch this user see; told on this connection, if there is one, and on every later one. */
  setState(state: string): void {
    this.state = state;
    if (this.isIdentified) this.tell('client_changed', { user_state: state });
  }

  /** Rings on all apps of the receiver. Rejects like `ask`. */
  async call(invitation: OmikronCallInvite['data']): Promise<void> {
    await this.question('call_invite', invitation);
  }

  /** Whether such a call is in progress. Rejects like `ask`. */
  async isLive(call: OmikronGetCall['data']): Promise<boolean> {
    const { data } = await this.question('get_call', call);
    return data['call_state'] === 'ACTIVE';
  }

  protected path(): string {
    return '/ws/client/';
  }

  protected identification(): OmikronClientIdentify['data'] {
    const { userId, privateKeyHash, iotaId } = this.options;
    return { user_id: userId, private_key_hash: privateKeyHash, ...(iotaId !== undefined && { iota_id: iotaId }) };
  }

  protected admitted(): void {
    if (this.state !== undefined) this.setState(this.state);
    if (this.watched.size > 0) void this.watchAgain();
    this.emit('open', undefined);
  }

  protected heard(message: Envelope): void {
    const { type, data } = message;
    if (type === 'client_changed' && isState(data)) this.emit('states', { [data.user_id]: data.user_state });
    else if (type === 'new_call' && isCall(data)) this.emit('called', data);
    else this.emit('message', message);
  }

  private async watchAgain(): Promise<void> {
    // It only fails without a connection; the next one repeats it.
    const states = await this.watch([...this.watched]).catch(() => undefined);
    if (states !== undefined) this.emit('states', states);
  }
}

const isState = (data: JsonObject): data is JsonObject & UserState =>
  typeof data['user_id'] === 'string' && typeof data['user_state'] === 'string';

const isCall = (data: JsonObject): data is JsonObject & NewCall =>
  ['call_id', 'sender_id', 'receiver_id'].every((name) => typeof data[name] === 'string');
