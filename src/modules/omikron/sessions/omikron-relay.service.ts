import { Injectable } from '@nestjs/common';
import { JsonMembers } from '../../../common/json/json-members.js';
import { type JsonObjectText } from '../../../common/json/json-object-text.js';
import { type Channel } from '../../realtime/channel.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { IotaSessions } from './iota-sessions.service.js';
import { replyId } from '../message-data.js';
import { type ClientPrincipal, EMPTY_LOG, type IotaPrincipal, type SenderMembers } from '../omikron-connection.js';
import { OmikronRefusal } from '../omikron-refusal.js';
import { sessionChannel } from '../omikron.channels.js';
import { type OmikronEvent, relayed } from '../omikron.events.js';
import { canonicalUuid } from '../uuid.js';

const LOG = new JsonMembers(new Map([['log', EMPTY_LOG]]));

/** Passes messages between Iotas and clients, as the text they came in. Synchronous where both sides are known. */
@Injectable()
export class OmikronRelay {
  constructor(
    private readonly hub: Hub,
    private readonly sessions: IotaSessions,
  ) {}

  /** To the Iota of the user. */
  fromClient({ home, sender }: ClientPrincipal, message: JsonObjectText): void {
    this.hub.publish(home, from(sender, message));
  }

  /**
   * To all clients of the receiver, or to another Iota when the receiver is not one of this Iota's users.
   * @throws OmikronRefusal
   */
  fromIota(iota: IotaPrincipal, message: JsonObjectText): void | Promise<void> {
    const clients = clientsOfReceiver(iota, message);
    if (clients === undefined) return this.betweenIotas(iota, message);
    this.hub.publish(clients, from(iota.sender, message));
  }

  /**
   * To the Iota of the receiver, on behalf of one of this Iota's users.
   * @throws OmikronRefusal when the sender is none of them, or the receiver's Iota is not connected
   */
  async betweenIotas({ accepted }: IotaPrincipal, message: JsonObjectText): Promise<void> {
    const receiver = canonicalUuid(receiverOf(message));
    if (receiver === undefined) {
      throw new OmikronRefusal('error', 'receiver_id must be the UUID of a user', replyId(message));
    }
    // Receivers differ in which of several they read, so all of them must be the same.
    const senders = new Set([...message.stringsOf('sender_id'), ...message.stringsOf('sender')].map(canonicalUuid));
    const [sender] = senders;
    if (senders.size !== 1 || sender === undefined || !accepted.has(sender)) {
      throw new OmikronRefusal('error_invalid_user_id', 'sender_id must be a user of yours', replyId(message));
    }
    const home = await this.sessions.find(receiver);
    if (home === undefined) {
      throw new OmikronRefusal('error_no_iota', "The receiver's Iota is not connected", replyId(message));
    }
    this.hub.publish(
      sessionChannel(home.session),
      relayed(message.has('log') ? message.bytes : message.withMembers(LOG)),
    );
  }
}

function from(sender: SenderMembers, message: JsonObjectText): OmikronEvent {
  const { text, tail } = message.pieces(message.has('log') ? sender.plain : sender.withLog);
  return relayed(text, tail);
}

const receiverOf = (message: JsonObjectText): unknown =>
  message.stringOf(message.has('receiver_id') ? 'receiver_id' : 'receiver');

/** Nearly always the receiver is written as the directory has it, and then nothing is parsed. */
function clientsOfReceiver({ accepted }: IotaPrincipal, message: JsonObjectText): Channel | undefined {
  const raw = message.rawOf('receiver_id');
  const direct = raw === undefined ? undefined : accepted.get(raw.slice(1, -1));
  if (direct !== undefined) return direct;
  const receiver = canonicalUuid(receiverOf(message));
  return receiver === undefined ? undefined : accepted.get(receiver);
}
