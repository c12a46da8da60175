import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { toAppError } from '../../../common/http/problems/problem.js';
import { sha256 } from '../../../common/security/digest.js';
import { fits } from '../../../common/text/characters.js';
import { Clock } from '../../../common/time/clock.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type AppendResult, type MessageKey } from '../log/message-log.repository.js';
import { MessageLog } from '../log/message-log.service.js';
import { principalOf, type RoomConnection, type RoomPrincipal } from '../room-connection.js';
import { ackCountKey, ackKey } from '../rooms.channels.js';
import { type RoomsEvent } from '../rooms.events.js';

/** Acknowledgement ids are remembered for this long. */
const ACK_SECONDS = 600;
/** Limit per author for messages with an id in that time, in rooms that store nothing: memory is finite. */
const MAX_ACKS = 100_000;
const MAX_ID = 64;
/** Limit for its JSON text in bytes, however it is escaped. */
const MAX_ID_TEXT = 1_024;
/** Below all endpoint ids and the application's 0. */
const HOLDERS_SCOPE = -1;
const ACK_LIFE = { ttlMs: ACK_SECONDS * 1_000 };
const TOO_MANY_ACKS = `An endpoint sends at most ${MAX_ACKS} ids in ${ACK_SECONDS / 60} minutes; send without, or later.`;
/** Messages of one connection that may be on their way into the database before it is read more slowly. */
const MAX_STORING = 64;

/** An acknowledgement id as the client wrote it, with its comparable form. */
interface Ack {
  readonly id: Buffer;
  readonly key: MessageKey;
}

/** Carries what endpoints send to the readers of their room. */
@Injectable()
export class RoomRelay {
  constructor(
    private readonly hub: Hub,
    private readonly log: MessageLog,
    private readonly store: EphemeralStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Passes on one message. Synchronous in rooms that are not durable, unless an acknowledgement is requested.
   * @param message JSON text; `undefined` when the client sent none
   * @param id JSON text, if the client wants an acknowledgement
   * @throws AppError `malformed_request` when there is no message; what a read-only endpoint sends is ignored
   */
  publish(connection: RoomConnection, message: Buffer | undefined, id: Buffer | undefined): void | Promise<void> {
    const principal = principalOf(connection);
    if (principal === null) return;
    if (!principal.canWrite) {
      connection.watcher?.('refused', 'it may only read');
      return;
    }
    if (message === undefined) throw new AppError('malformed_request', 'A message is missing.');
    if (id !== undefined && principal.acks) return this.publishAcked(connection, principal, message, id);
    if (principal.durable) return this.publishDurable(connection, principal, message);
    this.tell(principal, message);
  }

  private tell(principal: RoomPrincipal, message: Buffer): void {
    this.hub.publish(principal.readers, {
      type: 'rooms.message',
      message,
      identity: principal.identityText,
      timestamp: this.clock.now(),
    } as RoomsEvent);
  }

  private publishAcked(
    connection: RoomConnection,
    principal: RoomPrincipal,
    message: Buffer,
    id: Buffer,
  ): void | Promise<void> {
    // An overlong id is neither parsed nor quoted: it may be anything, even a million brackets.
    const isLong = id.length > MAX_ID_TEXT;
    const name: unknown = isLong ? undefined : JSON.parse(id.toString('utf8'));
    if (typeof name !== 'string' || name === '' || !fits(name, MAX_ID)) {
      const detail = `An id is a string of 1 to ${MAX_ID} characters.`;
      const quoted = isLong ? NO_ID : id;
      this.send(connection, { type: 'rooms.refused', id: quoted, code: 'invalid_input', detail });
      return;
    }
    const ack = {
      id: Buffer.from(id),
      key: { ...keyOf(principal, name), digest: sha256(message), lifeSeconds: ACK_SECONDS },
    };
    if (principal.durable) return this.publishDurable(connection, principal, message, ack);
    return this.publishOnce(connection, principal, Buffer.from(message), ack);
  }

  private async publishOnce(
    connection: RoomConnection,
    principal: RoomPrincipal,
    message: Buffer,
    { id, key }: Ack,
  ): Promise<void> {
    const entry = ackKey(principal.author, key.key);
    const digest = key.digest.toString('base64url');
    // Counted first: a message claimed but never told would be acknowledged when repeated.
    if (!(await this.countAck(principal.author))) {
      this.send(connection, { type: 'rooms.refused', id, code: 'rate_limited', detail: TOO_MANY_ACKS });
      return;
    }
    const isNew = await this.store.claim(entry, digest, ACK_LIFE);
    if (!isNew && (await this.store.get(entry)) !== digest) {
      this.send(connection, mismatch(id));
      return;
    }
    this.send(connection, { type: 'rooms.acked', id });
    if (isNew) this.tell(principal, message);
  }

  private async countAck(author: string): Promise<boolean> {
    const since = Math.floor(this.clock.now() / ACK_LIFE.ttlMs);
    return (await this.store.increment(ackCountKey(author, since), 1, { ...ACK_LIFE, limit: MAX_ACKS })) !== undefined;
  }

  /** @returns a promise only when the connection should be read more slowly */
  private publishDurable(
    connection: RoomConnection,
    principal: RoomPrincipal,
    message: Buffer,
    ack?: Ack,
  ): void | Promise<void> {
    principal.storing++;
    const { roomId, identity } = principal;
    const stored = this.log.append(
      { roomId, message: message.toString('utf8'), identity, timestamp: this.clock.now(), key: ack?.key },
      (result) => {
        this.stored(connection, result, ack);
      },
    );
    const done = stored
      .catch((error: unknown) => {
        this.failed(connection, error, ack);
      })
      .then(() => {
        principal.storing--;
      });
    if (principal.storing >= MAX_STORING || this.log.crowded) return done;
  }

  private stored(connection: RoomConnection, { outcome, offset, epoch }: AppendResult, ack: Ack | undefined): void {
    switch (outcome) {
      case 'stored':
      case 'repeated':
        if (ack) this.send(connection, { type: 'rooms.acked', id: ack.id, place: { offset, epoch } });
        return;
      case 'mismatch':
        if (ack) this.send(connection, mismatch(ack.id));
        return;
      case 'gone':
        connection.close(DISCONNECT.notAllowed);
    }
  }

  /** Clients that asked for acknowledgements are told; for others, closing the connection is the only possible sign. */
  private failed(connection: RoomConnection, thrown: unknown, ack: Ack | undefined): void {
    const { code, detail, kind } = toAppError(thrown);
    if (ack) this.send(connection, { type: 'rooms.refused', id: ack.id, code, detail });
    else connection.close(kind === 'unavailable' ? DISCONNECT.tryLater : DISCONNECT.internal);
  }

  private send(connection: RoomConnection, event: RoomsEvent): void {
    if (event.type === 'rooms.refused') connection.watcher?.('refused', event.code);
    this.hub.sendTo(connection, event);
  }
}

/** Endpoints have a scope each; holders share one, so their key includes who they are. */
function keyOf({ credential, author }: RoomPrincipal, name: string): Pick<MessageKey, 'scope' | 'key'> {
  // UTF-16, because ids may contain text that has no UTF-8 encoding.
  const id = Buffer.from(name, 'utf16le');
  if (credential.kind === 'endpoint') return { scope: credential.endpointId, key: sha256(id) };
  return { scope: HOLDERS_SCOPE, key: sha256(Buffer.concat([Buffer.from(`${author}\n`), id])) };
}

const NO_ID = Buffer.from('null');

function mismatch(id: Buffer): RoomsEvent {
  return { type: 'rooms.refused', id, code: 'conflict', detail: 'This id was used for another message.' };
}
