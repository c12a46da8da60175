import { Logger } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { channel } from '../../realtime/channel.js';
import { type ClusterQuery } from '../../realtime/fan-out/cluster-query.js';
import { type Connection } from '../../realtime/connection.js';
import { type ConnectionDirectory } from '../../realtime/fan-out/connection-directory.js';
import { DISCONNECT, type DisconnectReason } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { InProcessBroker } from '../../realtime/in-process/in-process.broker.js';
import { type NodeBoard } from '../../realtime/ports/node-board.js';
import { NodeIdentity } from '../../realtime/node-identity.js';
import { Liveness } from './liveness.service.js';
import { type NodesRepository } from './nodes.repository.js';
import { type OwnStatus } from '../status/own-status.service.js';
import { type Reaper } from './reaper.service.js';

/** Milliseconds between heartbeats. */
const BEAT_MS = 2_000;

describe('Liveness of a node that could not report that it is alive', () => {
  let identity: NodeIdentity;
  let liveness: Liveness;
  let database: { up: boolean; known: boolean };
  let board: { up: boolean; takenForDead: boolean };
  let closed: number;
  let hub: Hub;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    vi.useFakeTimers();
    vi.spyOn(performance, 'now').mockImplementation(() => Date.now());
    identity = new NodeIdentity();
    database = { up: true, known: true };
    board = { up: true, takenForDead: false };
    closed = 0;
    hub = new Hub(new InProcessBroker());
    const answer = <T>(up: boolean, value: T): Promise<T> =>
      up ? Promise.resolve(value) : Promise.reject(new Error('away'));
    liveness = new Liveness(
      { beat: () => answer(database.up, { beats: [], known: database.known }) } as unknown as NodesRepository,
      {
        shared: true,
        beat: () => answer(board.up, []),
      } as unknown as NodeBoard,
      {
        measure: () => undefined,
        read: () => ({ incarnation: identity.incarnation }),
        absences: { forgetReturned: () => undefined },
      } as unknown as OwnStatus,
      identity,
      { setPeers: () => undefined } as unknown as ClusterQuery,
      { closeAll: () => ++closed } as unknown as ConnectionDirectory,
      { tookForDead: () => answer(board.up, board.takenForDead) } as unknown as Reaper,
      hub,
    );
    liveness.onApplicationBootstrap();
    await pass(2);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const pass = async (beats: number): Promise<void> => {
    await vi.advanceTimersByTimeAsync(beats * BEAT_MS + 10);
  };
  /** Nobody hears from it for longer than its lease, and the others release what it held. */
  const cutOff = async (): Promise<void> => {
    database.up = board.up = false;
    await pass(8);
    board.takenForDead = true;
  };

  it('starts over if the others declared it dead', async () => {
    const before = identity.incarnation;
    await cutOff();
    database.up = board.up = true;
    await pass(1);
    expect(closed).toBe(1);
    expect(identity.incarnation).not.toBe(before);
    board.takenForDead = false;
    await pass(10);
    expect(closed).toBe(1);
  });

  it.each([true, false])(
    'keeps asking until it gets an answer, though the database has long been back (its row still there: %s)',
    async (known) => {
      await cutOff();
      database.up = true;
      database.known = known;
      await pass(1);
      database.known = true;
      await pass(5);
      expect(closed).toBe(0);
      board.up = true;
      await pass(2);
      expect(closed).toBe(1);
    },
  );

  it.each([
    [true, []],
    [false, [4000]],
  ])('closes sockets on behalf of others only once it knows whether it was declared dead (%s)', async (dead, codes) => {
    const close = vi.fn<(reason: DisconnectReason) => void>();
    const socket = { id: 's', closed: false, subscriptions: null, close } as unknown as Connection;
    void hub.subscribe(socket, channel('test', 1));
    board.takenForDead = dead;
    // It is suspended for longer than its lease: the clock runs, but no timers do.
    vi.setSystemTime(Date.now() + 15_000);
    hub.disconnect(channel('test', 1), DISCONNECT.forced);
    expect(close).not.toHaveBeenCalled();
    await pass(1);
    expect([closed, close.mock.calls.map(([{ code }]) => code)]).toEqual([dead ? 1 : 0, codes]);
    hub.disconnect(channel('test', 1), DISCONNECT.notAllowed);
    expect(close).toHaveBeenLastCalledWith(DISCONNECT.notAllowed);
  });

  it('continues if nobody declared it dead', async () => {
    const before = identity.incarnation;
    await cutOff();
    board.takenForDead = false;
    database.up = board.up = true;
    await pass(5);
    expect([closed, identity.incarnation]).toEqual([0, before]);
  });

  it('starts over if its row is gone, though it was never silent for long', async () => {
    database.known = false;
    board.takenForDead = true;
    await pass(1);
    expect(closed).toBe(1);
  });
});
