import { Injectable } from '@nestjs/common';
import { Logins } from '../../auth/logins/logins.service.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { Reconciliation } from '../../realtime/resilience/reconciliation.js';
import { type LostAccess, LostAccessRepository, type Whereabouts } from '../access/lost-access.repository.js';
import { circleOf } from '../circles.channels.js';
import { circleChanged, conversationChanged, type CirclesEvent, type EvictedSignal } from '../circles.events.js';
import { type CirclesConnection, type SocketState, stateOf } from './socket-state.js';

/** Finds sockets whose login has ended, or that are in circles and conversations they may no longer be in. */
@Injectable()
export class AccessComparison {
  constructor(
    private readonly logins: Logins,
    private readonly lost: LostAccessRepository,
    private readonly hub: Hub,
    reconciliation: Reconciliation,
  ) {
    reconciliation.register('circles', (connections) => this.compare(connections as readonly CirclesConnection[]));
  }

  /** Needs two statements. */
  private async compare(connections: readonly CirclesConnection[]): Promise<void> {
    const alive = await this.logins.alive([
      ...new Set(connections.flatMap((each) => stateOf(each)?.principal.loginId ?? [])),
    ]);
    /** Sockets by account or device and room, so that those with the same right are checked once. */
    const present = new Map<string, { place: Whereabouts; connections: CirclesConnection[] }>();
    for (const connection of connections) {
      const state = stateOf(connection);
      if (state === undefined) continue;
      if (!alive.has(state.principal.loginId)) {
        connection.close(DISCONNECT.notAllowed);
        continue;
      }
      for (const place of placesOf(connection, state)) {
        const key = keyOf(place);
        const alike = present.get(key);
        if (alike === undefined) present.set(key, { place, connections: [connection] });
        else alike.connections.push(connection);
      }
    }
    const lost = await this.lost.find([...present.values()].map(({ place }) => place));
    for (const access of lost) {
      for (const connection of present.get(keyOf(access))?.connections ?? []) this.showOut(connection, access);
    }
  }

  private showOut(connection: CirclesConnection, access: LostAccess): void {
    const event = missedBy(connection, access);
    if (event !== undefined) this.hub.sendTo(connection, event);
    const { room, id } = access;
    const evicted: EvictedSignal = { type: 'circles.evicted', room, id, who: { all: true } };
    connection.signal(evicted);
  }
}

const keyOf = ({ kind, who, room, id }: Whereabouts): string => `${kind}:${who}:${room}:${id}`;

function placesOf(connection: CirclesConnection, { principal, conversations }: SocketState): Whereabouts[] {
  const self = { kind: principal.kind, who: Number(principal.id) };
  const circles = [...(connection.subscriptions ?? [])].flatMap((of) => circleOf(of) ?? []);
  return [
    ...circles.map((id): Whereabouts => ({ ...self, room: 'circle', id: Number(id) })),
    ...[...conversations].map((id): Whereabouts => ({ ...self, room: 'conversation', id })),
  ];
}

/** What they would have heard last. Those removed from a circle hear nothing more of its conversations. */
function missedBy(connection: CirclesConnection, access: LostAccess): CirclesEvent | undefined {
  const { room, id, exists, inCircle, admin } = access;
  const user = stateOf(connection)?.principal.label ?? '';
  if (!exists) {
    const gone = { event: 'delete' } as const;
    return room === 'circle' ? circleChanged(id, gone) : conversationChanged(id, gone);
  }
  // It is not recorded whether they left or were removed, and by whom.
  const kicked = { event: 'kick', user, from: admin ?? '' } as const;
  if (room === 'circle') return circleChanged(id, kicked);
  if (access.kind === 'device') return conversationChanged(id, { event: 'device', type: 'remove' });
  return inCircle ? conversationChanged(id, kicked) : undefined;
}
