import { Injectable } from '@nestjs/common';
import { randomHex } from '../../../common/security/random.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type PictureSubject, standing } from '../../realtime/fan-out/picture.js';
import { ClientIdentity } from './client-identity.service.js';
import { IotaSessions } from '../sessions/iota-sessions.service.js';
import { type OmikronMessage } from '../omikron-message.js';
import { type ClientPrincipal, type OmikronConnection, senderMembers } from '../omikron-connection.js';
import { OmikronRefusal } from '../omikron-refusal.js';
import { sessionChannel, sessionClients, userChannel, userSockets } from '../omikron.channels.js';
import { CallRings } from '../calls/call-rings.service.js';
import { type ClientLeft, fact } from '../omikron.events.js';
import { PingBook } from '../states/ping-book.service.js';
import { UserStates } from '../states/user-states.service.js';

/** Admits connections as clients of a user, and handles their end. */
@Injectable()
export class ClientAdmission {
  constructor(
    private readonly identity: ClientIdentity,
    private readonly sessions: IotaSessions,
    private readonly pings: PingBook,
    private readonly states: UserStates,
    private readonly rings: CallRings,
    private readonly hub: Hub,
  ) {}

  /** @throws OmikronRefusal when the client cannot prove its user, or the Iota is not connected */
  async identify(connection: OmikronConnection, message: OmikronMessage): Promise<void> {
    const { id, data } = message;
    const { user, written, iota, session } = await this.identity.prove(connection, data, id);
    await this.hub.subscribe(connection, sessionClients(session));
    await this.hub.subscribe(connection, userChannel(user));
    this.hub.unsubscribe(connection, userSockets(user));
    this.hub.keep(sessionClients(session), this.untilEnd(iota, session));
    // Subscribed by now, so later changes are heard of; this finds earlier ones.
    if ((await this.sessions.find(user))?.session !== session) {
      this.hub.unsubscribe(connection, sessionClients(session));
      this.hub.unsubscribe(connection, userChannel(user));
      throw new OmikronRefusal('error_no_iota', 'Your Iota is not connected', id);
    }
    if (connection.closed) return;
    const principal: ClientPrincipal = {
      kind: 'profile',
      id: user,
      label: `user ${user}`,
      written,
      socket: randomHex(32),
      session,
      home: sessionChannel(session),
      watched: new Set(),
      sender: senderMembers(written),
    };
    // Whatever happens from here on, the end of the connection undoes it.
    connection.admit(principal);
    // Before it is told, so that its next request, and those of others on any node, find it there.
    await Promise.all([this.pings.enter(principal), this.states.enter(principal)]);
    this.hub.sendTo(connection, fact({ type: 'omikron.client-identified', id }));
    this.rings.keep(user);
    this.hub.announce(
      principal.home,
      fact({ type: 'omikron.client-connected', user: written, socket: principal.socket }),
    );
  }

  /** Called when the connection has ended. */
  async leave(principal: ClientPrincipal): Promise<void> {
    await this.pings.leave(principal);
    const left: ClientLeft = { type: 'omikron.client-left', socket: principal.socket };
    this.hub.announce(principal.home, left, { silent: true });
    await this.states.leave(principal);
  }

  /** Closes clients with their Iota, even if the broker does not deliver its end. */
  private untilEnd(iota: string, session: string): PictureSubject<true> {
    return standing(
      async () => (await this.sessions.seatOf(iota))?.session === session,
      () => {
        this.hub.disconnectHere(sessionClients(session), { reason: DISCONNECT.partnerGone });
      },
    );
  }
}
