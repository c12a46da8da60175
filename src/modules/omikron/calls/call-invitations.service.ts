import { Injectable } from '@nestjs/common';
import { fits, MAX_CHARACTERS } from '../../../common/text/characters.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { PushShares } from '../../realtime/access/push-shares.js';
import { CallRings } from './call-rings.service.js';
import { CallSecrets } from './call-secrets.service.js';
import { CallGroups } from './call-groups.service.js';
import { IotaSessions } from '../sessions/iota-sessions.service.js';
import { KeyHashes } from '../key-hashes.service.js';
import { type OmikronMessage } from '../omikron-message.js';
import { type ClientPrincipal, type OmikronConnection } from '../omikron-connection.js';
import { OmikronRefusal } from '../omikron-refusal.js';
import { fact } from '../omikron.events.js';
import { canonicalUuid } from '../uuid.js';

/** Handles what clients say about calls on their main socket. */
@Injectable()
export class CallInvitations {
  constructor(
    private readonly sessions: IotaSessions,
    private readonly calls: CallGroups,
    private readonly rings: CallRings,
    private readonly secrets: CallSecrets,
    private readonly hashes: KeyHashes,
    private readonly shares: PushShares,
    private readonly hub: Hub,
  ) {}

  /** Rings all sockets of the receiver. @throws OmikronRefusal */
  async invite(connection: OmikronConnection, client: ClientPrincipal, message: OmikronMessage): Promise<void> {
    const { id, data } = message;
    const call = canonicalUuid(data.get('call_id'));
    const receiver = canonicalUuid(data.get('receiver_id'));
    const secret = data.get('call_secret');
    if (receiver === undefined) throw new OmikronRefusal('error', 'receiver_id must be the UUID of a user', id);
    if (call === undefined) throw new OmikronRefusal('error', 'call_id must be a UUID', id);
    if (secret !== undefined && typeof secret !== 'string') {
      throw new OmikronRefusal('error', 'call_secret must be a text', id);
    }
    if (secret !== undefined && !fits(secret, MAX_CHARACTERS.callSecret)) {
      throw new OmikronRefusal('error', 'call_secret is too long', id);
    }
    if ((await this.sessions.find(receiver)) === undefined) {
      throw new OmikronRefusal('error', "The receiver's Iota is not connected", id);
    }
    // First, so that the ledger has it even if this node dies as soon as it rings.
    const isIn = await this.calls.rings(call, client.id, receiver);
    await this.shares.take(client.id, receiver, secret?.length ?? 0);
    await this.rings.ring(receiver, {
      call,
      caller: client.id,
      isIn,
      told: {
        call: data.get('call_id') as string,
        receiver: data.get('receiver_id') as string,
        sender: client.written,
        secret,
      },
    });
    this.hub.sendTo(connection, fact({ type: 'omikron.call-invited', id }));
  }

  /** Tells whether a call is in progress; to those who do not know its secret, it is not. @throws OmikronRefusal */
  async find(connection: OmikronConnection, message: OmikronMessage): Promise<void> {
    const { id, data } = message;
    const call = canonicalUuid(data.get('call_id'));
    if (call === undefined) throw new OmikronRefusal('error', 'call_id must be a UUID', id);
    const secret = this.hashes.digest(data.get('call_secret_sha'))?.toString('hex') ?? null;
    this.hub.sendTo(
      connection,
      fact({
        type: 'omikron.call-found',
        id,
        live: (await this.secrets.guess(connection, call, secret, () => this.calls.isLive(call, secret))) ?? false,
      }),
    );
  }
}
