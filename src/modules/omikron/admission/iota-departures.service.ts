import { Injectable } from '@nestjs/common';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { Presence } from '../../realtime/ports/presence.js';
import { IotaSessions } from '../sessions/iota-sessions.service.js';
import { type IotaPrincipal } from '../omikron-connection.js';
import { type SeatedIota } from '../omikron-state.js';
import { SEATED, sessionClients } from '../omikron.channels.js';
import { Retries } from '../../realtime/resilience/retries.js';
import { UserStates } from '../states/user-states.service.js';

/** Handles the departure of Iotas, by themselves or with their node, and tells of each exactly once. */
@Injectable()
export class IotaDepartures {
  constructor(
    private readonly presence: Presence,
    private readonly sessions: IotaSessions,
    private readonly states: UserStates,
    private readonly hub: Hub,
    private readonly retries: Retries,
  ) {
    presence.onLost(SEATED, (session, { data: { iota, users } }) => this.part(iota, session, users));
  }

  /** Makes the end of this node noticed. Must be called before the Iota serves anybody. */
  async watch(principal: IotaPrincipal): Promise<void> {
    await this.presence.enter(SEATED.of(principal.session), entryOf(principal));
  }

  /** Called when the Iota serves other users than before. */
  async changed(principal: IotaPrincipal): Promise<void> {
    await this.presence.update(SEATED.of(principal.session), entryOf(principal));
  }

  /** Called when the connection has ended: its clients are closed, and its users are offline unless it was replaced. */
  async leave({ id, session, accepted }: IotaPrincipal): Promise<void> {
    // Already handled, because this node had lost its lease.
    if ((await this.presence.leave(SEATED.of(session), session)) === undefined) return;
    await this.part(id, session, [...accepted.keys()]);
  }

  private async part(iota: string, session: string, users: readonly string[]): Promise<void> {
    const gone = await this.retries.run(() => this.sessions.leave(iota, session, users));
    this.hub.disconnect(sessionClients(session), DISCONNECT.partnerGone);
    if (gone) this.states.homeWent(users);
  }
}

function entryOf({ id, session, accepted }: IotaPrincipal): { id: string; data: SeatedIota } {
  return { id: session, data: { iota: id, users: [...accepted.keys()] } };
}
