import { Injectable } from '@nestjs/common';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type PictureSubject } from '../../realtime/fan-out/picture.js';
import {
  circleChannel,
  type CirclesChannel,
  conversationChannel,
  deviceChannel,
  userChannel,
} from '../circles.channels.js';
import {
  circleChanged,
  type CircleChange,
  conversationChanged,
  type ConversationChange,
  type CirclesEvent,
  type NotedSignal,
} from '../circles.events.js';
import {
  ACCESS,
  deviceFact,
  type FactChange,
  factOf,
  inviteFact,
  memberFact,
  NAME,
  placeFact,
  type RoomFact,
} from './room-facts.js';
import { RoomFactsRepository } from './room-facts.repository.js';

type Missed = Parameters<PictureSubject<RoomFact>['tell']>[0][number];

/**
 * What the sockets of this node know of circles and conversations, so that they can be told later what the broker
 * failed to deliver. The database has all of it except how somebody left: the others are told that they quit, even if
 * they were removed. Rooms that are gone, and people who may no longer be there, are found by `AccessComparison`.
 */
@Injectable()
export class RoomPictures {
  constructor(
    private readonly facts: RoomFactsRepository,
    private readonly hub: Hub,
  ) {}

  ofCircle(id: number): void {
    this.keep(
      circleChannel(id),
      async () => {
        const row = await this.facts.circles.read(id);
        return row && [[NAME, row.name], ...members(row.members), ...entries(row.devices, deviceFact)];
      },
      (missed) => {
        const change = circleChangeOf(missed);
        return change === undefined ? [] : [circleChanged(id, change)];
      },
    );
  }

  ofConversation(id: number): void {
    let others: readonly string[] = [];
    this.keep(
      conversationChannel(id),
      async () => {
        const row = await this.facts.conversations.read(id);
        others = row?.others ?? [];
        return row && [[NAME, row.name], [ACCESS, row.deviceAccess], ...entries(row.participants, memberFact)];
      },
      (missed) => {
        const change = conversationChangeOf(missed, others);
        return change === undefined ? [] : [conversationChanged(id, change)];
      },
    );
  }

  ofUser(id: number): void {
    this.keep(userChannel(id), async () => placesOf(await this.facts.users.read(id)), placed);
  }

  ofDevice(id: number): void {
    this.keep(deviceChannel(id), async () => placesOf(await this.facts.devices.read(id)), placed);
  }

  private keep(
    channel: CirclesChannel,
    read: () => Promise<Iterable<FactChange> | undefined>,
    eventsOf: (missed: Missed) => readonly CirclesEvent[],
  ): void {
    const subject: PictureSubject<RoomFact> = {
      stored: true,
      read: async () => (await read()) ?? [],
      changes: (event) => (event as NotedSignal).facts,
      tell: (all) => {
        // No name means that it is gone.
        if (all.some(({ id, now }) => id === NAME && now === undefined)) return;
        for (const missed of all) {
          for (const event of eventsOf(missed)) this.hub.publishHere(channel, event);
        }
      },
    };
    this.hub.keep(channel, subject);
  }
}

function circleChangeOf({ id, before, now }: Missed): CircleChange | undefined {
  const [kind, of] = factOf(id);
  if (kind === NAME) return { event: 'update' };
  if (kind === 'user') return { event: now === undefined ? 'quit' : 'join', user: of };
  // Clients are not told of devices that are added or removed.
  const isRenamed = before !== undefined && now !== undefined;
  return isRenamed ? { event: 'device', type: 'update', deviceId: Number(of) } : undefined;
}

/**
 * @param others in the circle but not in the conversation: those who left both have already been announced in the
 * circle
 */
function conversationChangeOf({ id, before, now }: Missed, others: readonly string[]): ConversationChange | undefined {
  const [kind, user] = factOf(id);
  if (kind === NAME) return { event: 'update' };
  if (kind === ACCESS) return { event: 'device', type: now === true ? 'add' : 'remove' };
  if (now === undefined) return others.includes(user) ? { event: 'quit', user } : undefined;
  // Only the new participant is told of joining.
  return before === undefined ? undefined : { event: 'read', user, messageId: Number(now) };
}

/** Events for the channel of an account or device. */
function placed({ id, before, now }: Missed): CirclesEvent[] {
  const [kind, of] = factOf(id);
  if (now === undefined) return [];
  if (kind === 'invite') return [{ type: 'circles.invited', circleId: Number(now), inviteId: Number(of) }];
  const isInvited = before === undefined && now !== false;
  return [
    ...(isInvited ? [conversationChanged(Number(of), { event: 'invite' })] : []),
    ...(now === 'ADMIN' ? [conversationChanged(Number(of), { event: 'promoted' })] : []),
  ];
}

const placesOf = (row: Awaited<ReturnType<RoomFactsRepository['users']['read']>>): FactChange[] | undefined =>
  row && [...entries(row.conversations, placeFact), ...entries(row.invites, inviteFact)];

const members = (emails: readonly string[]): FactChange[] => emails.map((email) => [memberFact(email), true]);

function entries(of: Readonly<Record<string, RoomFact>>, name: (key: string) => string): FactChange[] {
  return Object.entries(of).map(([key, value]) => [name(key), value]);
}
