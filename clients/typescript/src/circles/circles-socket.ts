import {
  type CirclesMarkRead,
  type CirclesForward,
  type CirclesSendEvent,
  type CirclesToServer,
} from '../generated/frames.gen.js';
import { isObject, type JsonObject } from '../json.js';
import { ABNORMAL, NOT_ALLOWED, TRY_LATER, type Verdict } from '../sockets/close-codes.js';
import { LiveSocketIo } from '../sockets/live-socket-io.js';
import { MessageRefused, Outbox } from '../sockets/outbox.js';
import {
  NotConnected,
  type SocketEnd,
  type SocketEvents,
  type SocketOptions,
  Unconfirmed,
} from '../sockets/persistent.js';
import {
  type CircleChanged,
  type CircleInvited,
  type ConversationChanged,
  type ConversationRecovered,
  type FilesAnnounced,
  type FileUploaded,
  type Forwarded,
  isChanged,
  isConversationFrame,
  isMessageFrame,
  isUpload,
  type MessageChanged,
  type MessageFrame,
  type NewMessage,
  refusalIn,
  type Sent,
  type Writing,
} from './circles-frames.js';
import { isPassing, JoinedRooms, laterMs, type ShutOut } from './joined-rooms.js';

export interface CirclesSocketOptions extends SocketOptions {
  /**
   * The access token of an account or device, or a function that gets one: `(refused) => sdk.accessToken(refused)`. The
   * function is called before each connection, with the token that the server has just refused, if any. `undefined`
   * ends the socket.
   */
  readonly token: string | ((refused?: string) => Promise<string | undefined> | string | undefined);
}

export interface CirclesSocketEvents extends SocketEvents {
  /** Signed in. */
  readonly open: undefined;
  /** Sent in a joined conversation; once and in order. */
  readonly message: NewMessage;
  readonly fileUploaded: FileUploaded;
  readonly messageChanged: MessageChanged;
  /** After a reconnect, and after `after`: whether everything missed in this conversation follows. */
  readonly recovered: ConversationRecovered;
  /** For joined conversations; invitations and promotions come in any case. */
  readonly conversation: ConversationChanged;
  /** For joined circles. */
  readonly circle: CircleChanged;
  readonly circleInvited: CircleInvited;
  readonly writing: Writing;
  /** The files of a message that was sent with some: upload them now. */
  readonly filesAnnounced: FilesAnnounced;
  /** What somebody sent with `forward`. */
  readonly forwarded: Forwarded;
  /** The socket reconnected, but was not let into this room again. */
  readonly shutOut: ShutOut;
}

export interface Draft {
  readonly text?: string;
  /** Names of files that will be uploaded. */
  readonly files?: readonly string[];
}

/** The conversations of an account or a device. */
export class CirclesSocket extends LiveSocketIo<CirclesSocketEvents, CirclesToServer> {
  private readonly outbox = new Outbox<CirclesSendEvent, Sent>();
  private readonly joined = new JoinedRooms({
    tell: (frame, acked) => this.tell(frame, acked),
    shutOut: (end) => {
      this.emit('shutOut', end);
    },
    lost: (id) => {
      this.emit('recovered', { event: 'recovered', conversation_id: id, recovered: false, count: 0 });
    },
  });
  private shown: string | undefined;
  private refused: string | undefined;
  private admitted = false;

  constructor(protected override readonly options: CirclesSocketOptions) {
    super(options);
  }

  /** Number of messages waiting for their acknowledgement. */
  get pending(): number {
    return this.outbox.size;
  }

  /**
   * Joins a conversation, now and on later connections, where missed messages are recovered.
   * @param after recover what came after this message, for example the `lastMessageId` from REST; 0 for everything
   * Rejects with `MessageRefused` when it may not join.
   */
  joinConversation(id: number, after?: number): Promise<void> {
    return this.ended ? Promise.reject(ended()) : this.joined.join('conversation', id, after);
  }

  leaveConversation(id: number): void {
    this.joined.leave('conversation', id);
  }

  /** Joins a circle, to hear who comes and goes. Rejects with `MessageRefused` when it may not join. */
  joinCircle(id: number): Promise<void> {
    return this.ended ? Promise.reject(ended()) : this.joined.join('circle', id);
  }

  leaveCircle(id: number): void {
    this.joined.leave('circle', id);
  }

  /**
   * Sends a message to a conversation, which need not be joined. Resolves once it is stored. Without a connection it
   * waits, and after a reconnect it is sent again without being duplicated.
   * Rejects with `MessageRefused` if nobody got it, with `Unconfirmed` if that is not known, with `NotConnected` if the
   * socket has ended.
   */
  send(conversation: number, { text, files }: Draft): Promise<Sent> {
    if (this.ended) return Promise.reject(ended());
    const said = {
      ...(text !== undefined && { text_message: text }),
      ...(files !== undefined && { files: [...files] }),
    };
    return this.outbox.add((id) => ({ conversation_id: conversation, ...said, client_message_id: id }), this.post);
  }

  /** @returns false, and drops it, while there is no connection */
  writing(conversation: number, isWriting: boolean): boolean {
    return this.tell(['writing', { conversation_id: conversation, is_writing: isWriting }]);
  }

  /**
   * Marks everything up to this message as read.
   * Rejects with `NotConnected`, `Unconfirmed` or `MessageRefused`; may be repeated.
   */
  async markRead(conversation: number, message: number): Promise<void> {
    await this.request(['read', { conversation_id: conversation, message_id: message }]);
  }

  /**
   * Forwards `content`, a call signal, to the sockets of one account or device.
   * Rejects with `MessageRefused` when nobody gets it, with `NotConnected` or `Unconfirmed` like `markRead`.
   */
  async forward(
    to: { readonly email: string } | { readonly user_id: number } | { readonly device_id: number },
    content: object,
  ): Promise<void> {
    await this.request(['webrtc_forward', { ...content, ...to }]);
  }

  protected async auth(): Promise<Record<string, unknown> | undefined> {
    const { token } = this.options;
    const { refused } = this;
    this.refused = undefined;
    this.shown = typeof token === 'string' ? token : await token(refused);
    return this.shown === undefined || this.shown === refused ? undefined : { token: this.shown };
  }

  protected opened(): void {
    // The server first tells whether it accepts the token.
    this.admitted = false;
  }

  protected override lost(end: SocketEnd): Verdict {
    this.admitted = false;
    return super.lost(end);
  }

  protected override over(): void {
    this.outbox.abandon(ended());
    this.joined.abandon(ended());
  }

  protected received(event: string, payload: unknown): void {
    if (!this.admitted && (event === 'success' || event === 'error')) this.answered(event);
    else if (event === 'message' && isMessageFrame(payload)) this.message(payload);
    else if (event === 'conversation' && isConversationFrame(payload)) this.conversation(payload);
    else if (isObject(payload)) this.other(event, payload);
    // The channels `success` and `error` only repeat what acknowledgements say.
  }

  /** Handles the answer to the handshake's token. */
  private answered(event: 'success' | 'error'): void {
    if (event === 'success') this.admit();
    else void this.explain();
  }

  private admit(): void {
    this.admitted = true;
    this.settle();
    this.emit('open', undefined);
    this.joined.enterAll();
    this.outbox.resend(this.post);
  }

  /** The handshake's token was refused; when asked again, the server gives the reason in machine-readable form. */
  private async explain(): Promise<void> {
    const token = this.shown ?? '';
    const answer = await this.ask(['authenticate', { token }]).catch(() => undefined);
    if (answer === undefined) return;
    const refusal = refusalIn(answer);
    if (refusal === undefined) this.admit();
    else if (refusal.code !== 'unauthenticated') this.hangUp({ code: TRY_LATER, reason: refusal.detail });
    else if (typeof this.options.token === 'string') this.hangUp({ code: NOT_ALLOWED, reason: refusal.detail });
    else {
      this.refused = this.shown;
      this.hangUp({ code: ABNORMAL, reason: refusal.detail });
    }
  }

  private message(frame: MessageFrame): void {
    if (isChanged(frame)) this.emit('messageChanged', frame);
    else if (isUpload(frame)) this.emit('fileUploaded', frame);
    else if (this.joined.heard(frame.conversation_id, frame.message.id)) this.emit('message', frame);
  }

  private conversation(frame: ConversationChanged | ConversationRecovered): void {
    if (frame.event !== 'recovered') {
      this.emit('conversation', frame);
      return;
    }
    if (!frame.recovered) this.joined.forget(frame.conversation_id);
    this.emit('recovered', frame);
  }

  private other(event: string, payload: JsonObject): void {
    if (event === 'circle' && typeof payload['circle_id'] === 'number') {
      this.emit('circle', payload as CircleChanged & JsonObject);
    } else if (event === 'circle_invite') this.emit('circleInvited', payload as CircleInvited & JsonObject);
    else if (event === 'writing') this.emit('writing', payload as Writing & JsonObject);
    else if (event === 'media' && Array.isArray(payload['media_list'])) {
      this.emit('filesAnnounced', payload as FilesAnnounced & JsonObject);
    } else if (event === 'webrtc_forward') this.emit('forwarded', payload as Forwarded & JsonObject);
  }

  private readonly post = (payload: CirclesSendEvent, id: string): boolean =>
    this.tell(['message', payload], (answer) => {
      const refusal = refusalIn(answer);
      if (refusal !== undefined && isPassing(refusal.code)) {
        setTimeout(() => {
          this.outbox.resendOne(id, this.post);
        }, laterMs());
      } else if (refusal?.code === 'internal_error') this.outbox.refuse(id, new Unconfirmed(refusal.detail));
      else if (refusal !== undefined) this.outbox.refuse(id, new MessageRefused(refusal.code, refusal.detail));
      else this.outbox.confirm(id, answer as Sent);
    });

  private tell(frame: CirclesToServer, acked?: (answer: unknown) => void): boolean {
    if (!this.admitted || !this.isOpen) return false;
    this.say(frame, acked);
    return true;
  }

  private async request(frame: CirclesMarkRead | CirclesForward): Promise<void> {
    if (!this.admitted) throw new NotConnected('Not signed in');
    const refusal = refusalIn(await this.ask(frame));
    if (refusal !== undefined) throw new MessageRefused(refusal.code, refusal.detail);
  }
}

const ended = (): NotConnected => new NotConnected('The socket has ended');
