import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { type Channel } from '../../realtime/channel.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { InProcessBroker } from '../../realtime/in-process/in-process.broker.js';
import { type CircleAccess } from '../access/access.service.js';
import { circleChannel, conversationChannel } from '../circles.channels.js';
import { conversationChanged, type EvictedSignal } from '../circles.events.js';
import { type ConversationStanding } from '../circles.policy.js';
import { type ConversationFeeds } from '../messages/conversation-feeds.service.js';
import { type RoomFactsRepository } from '../presence/room-facts.repository.js';
import { RoomPictures } from '../presence/room-pictures.service.js';
import { LiveRooms } from './live-rooms.service.js';
import { type ConversationRecovery } from './conversation-recovery.service.js';
import { begin, type CirclesConnection, demandState } from './socket-state.js';

/** Brings nothing before it is told to. */
class LateBroker extends InProcessBroker {
  late: (() => void)[] | undefined;

  override publish(...args: Parameters<InProcessBroker['publish']>): void {
    const publish = (): void => {
      super.publish(...args);
    };
    if (this.late === undefined) publish();
    else this.late.push(publish);
  }

  arrive(): void {
    for (const publish of this.late ?? []) publish();
  }
}

const CONVERSATION = 3;
const CIRCLE = 1;

describe('LiveRooms', () => {
  let standing: ConversationStanding;
  let database: Promise<void>;
  let heard: Promise<void> | undefined;
  let rooms: LiveRooms;
  let hub: Hub;
  let socket: CirclesConnection;
  let bus: LateBroker;
  let told: unknown[];
  beforeEach(async () => {
    standing = 'participant';
    database = Promise.resolve();
    heard = undefined;
    const access = {
      inCircle: () => database.then(() => (standing === 'none' ? 'none' : 'member')),
      inConversation: () => database.then(() => ({ standing, lastMessageId: 0 })),
    } as unknown as CircleAccess;
    const feeds = {
      hold: () => Promise.resolve({}),
      release: () => undefined,
      reach: () => heard,
    } as unknown as ConversationFeeds;
    bus = new LateBroker();
    hub = new Hub(bus);
    const pictures = new RoomPictures({} as RoomFactsRepository, hub);
    rooms = new LiveRooms(access, feeds, {} as ConversationRecovery, pictures, hub);
    told = [];
    socket = {
      id: 's',
      closed: false,
      subscriptions: null,
      attributes: new Map(),
      encoder: { encode: (event: unknown) => event },
      send: (event: unknown) => void told.push(event),
      signal: (event: EvictedSignal) => {
        rooms.evict(socket, event);
      },
    } as unknown as CirclesConnection;
    begin(socket, { kind: 'user', userId: 5, id: '5' } as AccountPrincipal);
    await rooms.joinConversation(socket, CONVERSATION, undefined, () => undefined);
    await rooms.joinCircle(socket, CIRCLE, () => undefined);
    expect(channels()).toEqual([conversationChannel(CONVERSATION), circleChannel(CIRCLE)]);
  });

  const channels = (): Channel[] => [...(socket.subscriptions ?? [])];
  const expelFromBoth = async (): Promise<void> => {
    rooms.expel(socket, { type: 'circles.expelled', room: 'conversation', id: CONVERSATION });
    rooms.expel(socket, { type: 'circles.expelled', room: 'circle', id: CIRCLE });
    for (let turn = 0; turn < 3; turn++) await nextTurn();
  };

  it('remove a socket that joined after the room was notified and before it was itself', async () => {
    standing = 'none';
    await expelFromBoth();
    expect(channels()).toEqual([]);
    expect(demandState(socket).conversations.size).toBe(0);
  });

  it('remove a socket only after it has heard what was said in the room before', async () => {
    standing = 'none';
    bus.late = [];
    const deleted = conversationChanged(CONVERSATION, { event: 'delete' });
    hub.publish(conversationChannel(CONVERSATION), deleted);
    await expelFromBoth();
    expect(told).toEqual([]);
    bus.arrive();
    expect(told).toEqual([deleted]);
    expect(channels()).toEqual([]);
  });

  it('keep a socket that has since come back with permission', async () => {
    await expelFromBoth();
    expect(channels()).toHaveLength(2);
  });

  it('remove sockets about which the database cannot be asked', async () => {
    database = Promise.reject(new Error('away'));
    database.catch(() => undefined);
    await expelFromBoth();
    expect(channels()).toEqual([]);
  });

  it('let a leaving socket first hear what it wrote itself, unless that cannot be found out', async () => {
    for (const outcome of ['told', 'away'] as const) {
      let settle: () => void = () => undefined;
      heard = new Promise((resolve, reject) => {
        settle =
          outcome === 'told'
            ? resolve
            : () => {
                reject(new Error('away'));
              };
      });
      const left = rooms.leaveConversation(socket, CONVERSATION);
      await nextTurn();
      expect(channels()).toContain(conversationChannel(CONVERSATION));
      settle();
      await left;
      expect(channels()).toEqual([circleChannel(CIRCLE)]);
      heard = undefined;
      await rooms.joinConversation(socket, CONVERSATION, undefined, () => undefined);
      rooms.leaveCircle(socket, CIRCLE);
      await rooms.joinCircle(socket, CIRCLE, () => undefined);
    }
  });
});
