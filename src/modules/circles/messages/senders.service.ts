import { Injectable } from '@nestjs/common';
import { type MessageEvent, type MessageFact, type Sender } from '../circles.events.js';
import { Online } from '../presence/online.service.js';
import { type NewMessage } from './message-append.js';
import {
  type Authors,
  type DeviceSenderRow,
  type MediaRow,
  type MessageRow,
  type UserSenderRow,
} from './messages.repository.js';

type Author = NewMessage['author'];
const keyOf = ({ kind, id }: Author): string => `${kind} ${id}`;

/** Authors of messages, as readers see them. */
@Injectable()
export class Senders {
  constructor(private readonly online: Online) {}

  async ofAuthors({ users, devices }: Authors): Promise<(author: Author) => Sender | null> {
    const states = await this.states(users, devices);
    const senders = new Map<string, Sender>();
    for (const user of users) senders.set(keyOf({ kind: 'user', id: user.id }), states.user(user));
    for (const device of devices) senders.set(keyOf({ kind: 'device', id: device.id }), states.device(device));
    return (author) => senders.get(keyOf(author)) ?? null;
  }

  /** Turns stored messages into events, each with the id of the one before it; the first with `previousId`. */
  async events(rows: readonly MessageRow[], previousId: number): Promise<MessageEvent[]> {
    const senders = await this.ofMessages(rows);
    return rows.map((row, index) => ({
      type: 'circles.message',
      message: factOf(row),
      sender: senders(row),
      status: 'done',
      previousId: rows[index - 1]?.id ?? previousId,
    }));
  }

  async ofMessages(rows: readonly MessageRow[]): Promise<(row: MessageRow) => Sender | null> {
    const states = await this.states(
      rows.flatMap(({ user }) => user ?? []),
      rows.flatMap(({ device }) => device ?? []),
    );
    return ({ user, device }) => (user ? states.user(user) : device ? states.device(device) : null);
  }

  private async states(users: readonly UserSenderRow[], devices: readonly DeviceSenderRow[]) {
    const [usersOnline, devicesOnline] = await Promise.all([
      this.online.usersOnline(users.map(({ id }) => id)),
      this.online.devicesOnline(devices.map(({ id }) => id)),
    ]);
    return {
      user: ({ role, ...user }: UserSenderRow): Sender => ({
        kind: 'user',
        ...user,
        isOnline: usersOnline.has(user.id),
        isAdmin: role === 'admin',
      }),
      device: (device: DeviceSenderRow): Sender => ({
        kind: 'device',
        ...device,
        isOnline: devicesOnline.has(device.id),
      }),
    };
  }
}

export function factOf(row: MessageRow): MessageFact {
  return {
    id: row.id,
    conversationId: row.conversationId,
    linkId: row.linkId,
    content: row.text,
    sentAt: row.sentAt.getTime(),
    media: row.media.map(mediaFactOf),
    clientMessageId: row.clientMessageId,
  };
}

export const mediaFactOf = ({ id, identifier, filename, uploaded }: MediaRow) => ({
  id,
  identifier,
  filename,
  uploaded,
});
