import { fullJitter } from '../backoff.js';
import { type RoomsJoined, type RoomsLeft, type RoomsPublish } from '../generated/frames.gen.js';
import { isObject, type JsonObject } from '../json.js';
import { FRAME_TOO_LARGE, type Verdict } from '../sockets/close-codes.js';
import { LiveSocket } from '../sockets/live-socket.js';
import { MessageRefused, Outbox } from '../sockets/outbox.js';
import { NotConnected, type SocketEnd, type SocketEvents, type SocketOptions } from '../sockets/persistent.js';
import {
  isMessage,
  isRecovered,
  PlaceInRoom,
  type Position,
  type Present,
  type Receipt,
  type Recovered,
  type RoomMessage,
  type StartAt,
} from './room-frames.js';

export interface RoomEndpointOptions extends SocketOptions {
  /** The endpoint's code. */
  readonly code: string;
  /** Where to start; defaults to new messages only. */
  readonly after?: StartAt;
  /** Whether to be told who joins and leaves. */
  readonly presence?: boolean;
}

export interface RoomEndpointEvents extends SocketEvents {
  readonly open: undefined;
  readonly message: RoomMessage;
  /** After a reconnect, and after `after`: whether everything missed follows. */
  readonly recovered: Recovered;
  readonly present: readonly Present[];
  readonly join: Pick<RoomsJoined, 'identity'>;
  readonly leave: Pick<RoomsLeft, 'identity'>;
}

/** The server remembers an id for ten minutes. */
const REMEMBERED_MS = 9.5 * 60_000;

/** A seat in a room, by its code. */
export class RoomEndpoint extends LiveSocket<RoomEndpointEvents> {
  private readonly outbox = new Outbox<string, Receipt>(REMEMBERED_MS);
  private readonly place: PlaceInRoom;

  constructor(protected override readonly options: RoomEndpointOptions) {
    super(options);
    this.place = new PlaceInRoom(options.after);
  }

  /** Position of the last message heard in a durable room: save it, and pass it as `after` next time. */
  get position(): Position | undefined {
    return this.place.position;
  }

  /** Number of messages waiting for their acknowledgement. */
  get pending(): number {
    return this.outbox.size;
  }

  /**
   * Sends a message. Resolves once the server has it, in durable rooms once it is stored. Without a connection it
   * waits, and after a reconnect it is sent again without being duplicated.
   * Rejects with `MessageRefused` if nobody got it, with `Unconfirmed` if that is not known, with `NotConnected` if the
   * endpoint has ended.
   */
  send(message: unknown): Promise<Receipt> {
    if (this.ended) return Promise.reject(new NotConnected('The endpoint has ended'));
    return this.outbox.add((id) => textOf({ message, id }), this.say);
  }

  /** Sends a message without acknowledgement. @returns false, and drops it, while there is no connection */
  sendUnconfirmed(message: unknown): boolean {
    return this.say(textOf({ message }));
  }

  protected path(): string {
    const query = new URLSearchParams({ acks: '1', ...this.place.query() });
    if (this.options.presence) query.set('presence', '1');
    return `/ws/endpoint/${encodeURIComponent(this.options.code)}/?${query}`;
  }

  protected opened(): void {
    this.settle();
    this.emit('open', undefined);
    this.outbox.resend(this.say);
  }

  protected override lost(end: SocketEnd): Verdict {
    if (end.code === FRAME_TOO_LARGE) {
      const tooLarge = new MessageRefused('payload_too_large', 'The message is too large for the server');
      this.outbox.refuseLongest(({ length }) => length, tooLarge);
    }
    return super.lost(end);
  }

  protected override over(): void {
    this.outbox.abandon(new NotConnected('The endpoint has ended before the message was sent'));
  }

  protected received(frame: JsonObject): void {
    if (isMessage(frame)) this.message(frame);
    else if (typeof frame['ack'] === 'string') this.outbox.confirm(frame['ack'], receiptOf(frame));
    else if (isRecovered(frame)) this.recovered(frame);
    else if ('error' in frame) this.refused(frame);
    else if (typeof frame['event'] === 'string') this.presence(frame);
    // Anything else is from a newer server, and not meant for this version.
  }

  private readonly say = (text: string): boolean => {
    if (!this.isOpen) return false;
    this.sendText(text);
    return true;
  };

  private message(message: RoomMessage): void {
    if (this.place.heard(message)) this.emit('message', message);
  }

  private recovered(answer: Recovered): void {
    if (this.place.recovered(answer)) this.emit('recovered', answer);
  }

  private refused({ id, error }: JsonObject): void {
    const { code, detail } = isObject(error) ? error : {};
    if (typeof id !== 'string' || typeof code !== 'string') return;
    // The server does not know whether it has stored the message; it may be sent again with the same id.
    if (code === 'database_unavailable') {
      setTimeout(
        () => {
          this.outbox.resendOne(id, this.say);
        },
        fullJitter(0, { firstMs: 2000, longestMs: 2000 }),
      );
      return;
    }
    this.outbox.refuse(id, new MessageRefused(code, typeof detail === 'string' ? detail : code));
  }

  private presence(frame: JsonObject): void {
    const { event, items, identity } = frame;
    if (event === 'present' && Array.isArray(items)) this.emit('present', items as Present[]);
    else if ((event === 'join' || event === 'leave') && typeof identity === 'string') this.emit(event, { identity });
  }
}

const textOf = ({ message = null, ...more }: RoomsPublish): string => JSON.stringify({ message, ...more });

const receiptOf = ({ offset, epoch }: JsonObject): Receipt =>
  typeof offset === 'number' && typeof epoch === 'string' ? { offset, epoch } : {};
