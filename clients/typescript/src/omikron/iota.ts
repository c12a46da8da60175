import { type OmikronIotaIdentify } from '../generated/frames.gen.js';
import { type JsonObject } from '../json.js';
import { type Envelope, idsOf, type Profiles } from './omikron-frames.js';
import { type OmikronEvents, type OmikronOptions, OmikronSocket } from './omikron-socket.js';

export interface IotaOptions extends OmikronOptions {
  readonly iotaId: string;
  readonly userIds: readonly string[];
  /** As returned by REST, where the server requires one. */
  readonly token?: string;
}

export interface IotaEvents extends OmikronEvents {
  /** Identified: the users it serves, and those it does not. */
  readonly open: Profiles;
  /** From a client (`sender_id` is its user) or from another Iota. */
  readonly message: Envelope;
  readonly clientConnected: { readonly user_id: string };
}

export interface Outgoing {
  readonly type: string;
  /** A user of this Iota, all of whose clients get it, or one of another Iota. */
  readonly receiver_id: string;
  /** Towards another Iota: the user of this one on whose behalf it is sent. */
  readonly sender_id?: string;
  readonly data: object;
  /** The id of the message it answers; defaults to a new one. */
  readonly id?: unknown;
}

/** A home server, which serves its users' apps. */
export class Iota extends OmikronSocket<IotaEvents> {
  constructor(protected override readonly options: IotaOptions) {
    super(options);
  }

  /**
   * Throws `NotConnected` until identified: nothing is kept for later. What cannot be delivered comes back as `error`,
   * with the id returned here.
   */
  send({ type, data, id, ...ways }: Outgoing): unknown {
    const own = this.tell(type, data, { ...ways, ...(id !== undefined && { id }) });
    return id ?? own;
  }

  /** Answers a client's message. */
  reply({ id, type, sender_id }: Envelope, data: object, answerType = type): void {
    if (sender_id !== undefined) this.send({ id, type: answerType, receiver_id: sender_id, data });
  }

  protected path(): string {
    return '/ws/iota/';
  }

  /** Browsers cannot set headers. */
  protected override subprotocols(): string[] {
    const { token } = this.options;
    return token === undefined ? [] : ['switchboard.v1', `bearer.${token}`];
  }

  protected identification(): OmikronIotaIdentify['data'] {
    const { iotaId, userIds } = this.options;
    return { iota_id: iotaId, user_ids: userIds.join(',') };
  }

  protected admitted({ accepted_profiles, denid_profiles }: JsonObject): void {
    this.emit('open', { accepted: idsOf(accepted_profiles), denied: idsOf(denid_profiles) });
  }

  protected heard(message: Envelope): void {
    const { user_id } = message.data;
    const isOwn = message.type === 'client_connected' && typeof user_id === 'string';
    if (isOwn) this.emit('clientConnected', { user_id });
    else this.emit('message', message);
  }
}
