import { Injectable } from '@nestjs/common';
import { randomHex } from '../../../common/security/random.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { CallSecrets } from '../calls/call-secrets.service.js';
import { CallGroups } from '../calls/call-groups.service.js';
import { ClientIdentity } from './client-identity.service.js';
import { IotaSessions } from '../sessions/iota-sessions.service.js';
import { KeyHashes } from '../key-hashes.service.js';
import { type MessageData, type OmikronMessage } from '../omikron-message.js';
import { type CallerPrincipal, type OmikronConnection, senderMembers } from '../omikron-connection.js';
import { OmikronRefusal } from '../omikron-refusal.js';
import { userSockets } from '../omikron.channels.js';
import { ONLINE, UserStates } from '../states/user-states.service.js';
import { canonicalUuid } from '../uuid.js';

/** Admits connections as callers. */
@Injectable()
export class CallAdmission {
  constructor(
    private readonly identity: ClientIdentity,
    private readonly hashes: KeyHashes,
    private readonly calls: CallGroups,
    private readonly states: UserStates,
    private readonly sessions: IotaSessions,
    private readonly secrets: CallSecrets,
    private readonly hub: Hub,
  ) {}

  /**
   * @throws OmikronRefusal when the client cannot prove its user, the Iota is not connected, or the call has another
   * secret
   */
  async identify(connection: OmikronConnection, message: OmikronMessage): Promise<void> {
    const { id, data } = message;
    const call = canonicalUuid(data.get('call_id'));
    if (call === undefined) throw new OmikronRefusal('error', 'call_id must be a UUID', id);
    const { user, written } = await this.identity.prove(connection, data, id);
    try {
      // The socket is subscribed by now, so later changes are heard of; this finds earlier ones.
      if ((await this.sessions.find(user)) === undefined) {
        throw new OmikronRefusal('error_no_iota', 'Your Iota is not connected', id);
      }
      if (connection.closed) return;
      const caller: CallerPrincipal = {
        kind: 'caller',
        id: user,
        label: `user ${user} in call ${call}`,
        written,
        socket: randomHex(32),
        call,
        sender: senderMembers(written),
      };
      const state = await this.states.of(user);
      const userState = state.endsWith('_offline') ? ONLINE : state;
      const secret = this.secretOf(data, id);
      const join = () => this.calls.join(connection, caller, secret, userState, id);
      const hasJoined = await this.secrets.guess(connection, call, secret, join);
      if (hasJoined === undefined) throw new OmikronRefusal('error_invalid_secret', 'Wrong call secret', id);
    } catch (error) {
      if (connection.principal === null) this.hub.unsubscribe(connection, userSockets(user));
      throw error;
    }
  }

  private secretOf(data: MessageData, id: string | undefined): string | null {
    if (!data.has('call_secret_sha')) return null;
    const digest = this.hashes.digest(data.get('call_secret_sha'));
    if (digest === undefined)
      throw new OmikronRefusal('error_invalid_secret', 'call_secret_sha must be 64 hex digits', id);
    return digest.toString('hex');
  }
}
