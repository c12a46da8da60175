import { Injectable } from '@nestjs/common';
import { type Channel } from '../../realtime/channel.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { IotaSessions } from './iota-sessions.service.js';
import { type OmikronMessage } from '../omikron-message.js';
import { type ClientPrincipal, type IotaPrincipal } from '../omikron-connection.js';
import { OmikronRefusal } from '../omikron-refusal.js';
import { sessionChannel } from '../omikron.channels.js';
import { canonicalUuid } from '../uuid.js';

/** Relays messages between Iotas and clients, as the text they arrived in. Synchronous where both sides are known. */
@Injectable()
export class OmikronRelay {
  constructor(
    private readonly hub: Hub,
    private readonly sessions: IotaSessions,
  ) {}

  /** To the user's Iota. */
  fromClient({ home, sender }: ClientPrincipal, message: OmikronMessage): void {
    this.hub.publish(home, message.from(sender));
  }

  /**
   * To all clients of the receiver, or to another Iota when the receiver is not one of this Iota's users.
   * @throws OmikronRefusal
   */
  fromIota(iota: IotaPrincipal, message: OmikronMessage): void | Promise<void> {
    const clients = clientsOfReceiver(iota, message);
    if (clients === undefined) return this.betweenIotas(iota, message);
    this.hub.publish(clients, message.from(iota.sender));
  }

  /**
   * To the receiver's Iota, on behalf of one of this Iota's users.
   * @throws OmikronRefusal when the sender is not one of them, or the receiver's Iota is not connected
   */
  async betweenIotas({ accepted }: IotaPrincipal, message: OmikronMessage): Promise<void> {
    const receiver = canonicalUuid(message.receiver);
    if (receiver === undefined) {
      throw new OmikronRefusal('error', 'receiver_id must be the UUID of a user', message.id);
    }
    // Receivers differ in which of several they read, so all must be the same.
    const senders = new Set(message.senders.map(canonicalUuid));
    const [sender] = senders;
    if (senders.size !== 1 || sender === undefined || !accepted.has(sender)) {
      throw new OmikronRefusal('error_invalid_user_id', 'sender_id must be a user of yours', message.id);
    }
    const home = await this.sessions.find(receiver);
    if (home === undefined) {
      throw new OmikronRefusal('error_no_iota', "The receiver's Iota is not connected", message.id);
    }
    this.hub.publish(sessionChannel(home.session), message.asItCame());
  }
}

/** Parses nothing if the receiver is written as in the directory, which is nearly always the case. */
function clientsOfReceiver({ accepted }: IotaPrincipal, message: OmikronMessage): Channel | undefined {
  const { rawReceiver } = message;
  const direct = rawReceiver === undefined ? undefined : accepted.get(rawReceiver);
  if (direct !== undefined) return direct;
  const receiver = canonicalUuid(message.receiver);
  return receiver === undefined ? undefined : accepted.get(receiver);
}
