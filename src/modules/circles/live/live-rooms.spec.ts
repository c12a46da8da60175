import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { type Channel } from '../../realtime/channel.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { InProcessBroker } from '../../realtime/in-process/in-process.broker.js';
import { type CircleAccess } from '../access/access.service.js';
import { circleChannel, conversationChannel } from '../circles.channels.js';
import { type ConversationStanding } from '../circles.policy.js';
import { type ConversationFeeds } from '../messages/conversation-feeds.service.js';
import { type RoomFactsRepository } from '../presence/room-facts.repository.js';
import { RoomPictures } from '../presence/room-pictures.service.js';
import { LiveRooms } from './live-rooms.service.js';
import { type ConversationRecovery } from './conversation-recovery.service.js';
import { begin, type CirclesConnection, demandState } from './socket-state.js';

const CONVERSATION = 3;
const CIRCLE = 1;

describe('LiveRooms', () => {
  let standing: ConversationStanding;
  let database: Promise<void>;
  let heard: Promise<void> | undefined;
  let rooms: LiveRooms;
  let socket: CirclesConnection;
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
    const hub = new Hub(new InProcessBroker());
    const pictures = new RoomPictures({} as RoomFactsRepository, hub);
    rooms = new LiveRooms(access, feeds, {} as ConversationRecovery, pictures, hub);
    socket = { id: 's', closed: false, subscriptions: null, attributes: new Map() } as unknown as CirclesConnection;
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
