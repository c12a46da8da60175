import { describe, expect, it } from 'vitest';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { type EventEncoder } from '../../realtime/connection.js';
import { type HubEvent } from '../../realtime/hub-event.js';
import { PushShares } from '../../realtime/access/push-shares.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { InProcessBroker } from '../../realtime/in-process/in-process.broker.js';
import { InProcessEphemeralStore } from '../../realtime/in-process/in-process.ephemeral-store.js';
import { InProcessPresence } from '../../realtime/in-process/in-process.presence.js';
import { type PresenceMember } from '../../realtime/ports/presence.js';
import { Lobby } from './lobby.service.js';
import { newPeer, type Peer, type SignalingConnection } from '../signaling-peer.js';
import { type PresenceSet } from '../../realtime/ports/presence-set.js';

class CountingPresence extends InProcessPresence {
  lists = 0;
  override list<T>(set: PresenceSet<T>): Promise<PresenceMember<T>[]> {
    this.lists++;
    return super.list(set);
  }
}

/** A lobby of `count` peers whose sockets share one encoder, like all of one transport. */
async function lobbyOf(count: number) {
  const presence = new CountingPresence();
  const hub = new Hub(new InProcessBroker());
  const clock = new SystemMonotonicClock();
  const lobby = new Lobby(presence, new InProcessEphemeralStore(clock), hub, clock, new PushShares(clock));
  const encoded: HubEvent[] = [];
  const encoder: EventEncoder = {
    encode: (event) => {
      encoded.push(event);
      return { length: 1 };
    },
  };
  let sent = 0;
  const peers: Peer[] = [];
  for (let i = 0; i < count; i++) {
    const connection = {
      id: `sid${i}`,
      address: '192.0.2.1',
      protocol: 'signaling',
      encoder,
      principal: null,
      subscriptions: null,
      closed: false,
      send: () => {
        sent++;
      },
      close: () => undefined,
      signal: () => undefined,
      admit: () => undefined,
    } as SignalingConnection;
    const peer = newPeer(connection, null, 0);
    await lobby.enter(peer);
    peers.push(peer);
  }
  return { lobby, presence, peers, encoded, sent: () => sent };
}

describe('Lobby', () => {
  it('encodes a name once, however many hear it', async () => {
    const { lobby, peers, encoded, sent } = await lobbyOf(5_000);
    await lobby.rename(peers[0]!, 'Ala');
    expect(encoded).toHaveLength(1);
    expect(sent()).toBe(4_999);
    await lobby.remove(peers[1]!);
    lobby.silence(peers[1]!);
    lobby.announceLeave(peers[1]!.sid);
    expect(encoded).toHaveLength(2);
    expect(sent()).toBe(4_999 + 4_999);
  });

  it('builds the list once per change, however many ask', async () => {
    const { lobby, presence, peers, sent } = await lobbyOf(500);
    await Promise.all(peers.map((peer) => lobby.tell(peer)));
    for (const peer of peers) await lobby.tell(peer);
    expect(presence.lists).toBe(1);
    expect(sent()).toBe(1_000);
    await lobby.rename(peers[0]!, 'Ala');
    await Promise.all(peers.map((peer) => lobby.tell(peer)));
    expect(presence.lists).toBe(2);
  });

  it('never answers with a list that is older than the question', async () => {
    const { lobby, peers, encoded } = await lobbyOf(3);
    const asked = lobby.tell(peers[0]!);
    await lobby.rename(peers[1]!, 'Bob');
    await lobby.tell(peers[0]!);
    await asked;
    expect((encoded.at(-1) as unknown as { text: string }).text).toContain('Bob');
  });

  it('finds peers only by valid ids', async () => {
    const { lobby } = await lobbyOf(1);
    expect(await lobby.find('sid0')).toEqual({ name: '', userId: null, connectedAt: 0 });
    for (const sid of ['', 'nosuch', '__proto__', 'sid0:', 'x'.repeat(65)]) {
      expect(await lobby.find(sid)).toBeUndefined();
    }
  });
});
