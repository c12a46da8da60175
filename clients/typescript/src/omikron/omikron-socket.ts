import { type JsonObject } from '../json.js';
import { randomId } from '../random-id.js';
import { NOT_ALLOWED, type Verdict } from '../sockets/close-codes.js';
import { LiveSocket } from '../sockets/live-socket.js';
import {
  NotConnected,
  type SocketEnd,
  type SocketEvents,
  type SocketOptions,
  Unconfirmed,
} from '../sockets/persistent.js';
import { type Envelope, envelopeOf, errorOf, textOf } from './omikron-frames.js';

export interface OmikronOptions extends SocketOptions {
  /** Milliseconds between pings, which also measure the latency; default 10,000. */
  readonly pingMs?: number;
  /** Milliseconds after which an answer is no longer expected; default 30,000. */
  readonly answerMs?: number;
}

/** A refusal by the Omikron. */
export class OmikronRefused extends Error {
  override readonly name = 'OmikronRefused';

  constructor(
    /** `error`, `error_no_iota`, `error_invalid_user_id` … */
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

export interface OmikronEvents extends SocketEvents {
  /** The identification was refused for now; it will be retried. */
  readonly refused: OmikronRefused;
  /** The Omikron could not do what the message with this id asked for, or did not understand it. */
  readonly error: { readonly id: unknown; readonly type: string; readonly message: string };
  /** The answer to a ping, with its latency. */
  readonly pong: { readonly latencyMs: number; readonly data: JsonObject };
}

interface Question {
  readonly answered: (answer: Envelope) => void;
  readonly failed: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Refusals that a retry would not change. */
const FINAL = new Set(['error_invalid_user_id', 'error_invalid_private_key', 'error_invalid_secret', 'refused']);
const SILENT = 4003;

/** What the three sockets of the Omikron have in common: identification, questions with answers, pings. */
export abstract class OmikronSocket<Events extends OmikronEvents> extends LiveSocket<Events> {
  private readonly questions = new Map<string, Question>();
  private identifying: string | undefined;
  protected isIdentified = false;
  private pinging: ReturnType<typeof setInterval> | undefined;
  private latencyMs = -1;
  private refusal: OmikronRefused | undefined;

  protected constructor(protected override readonly options: OmikronOptions) {
    super(options);
  }

  protected abstract identification(): JsonObject;
  /** Identified: emits `open`. */
  protected abstract admitted(answer: JsonObject): void;
  /** Handles anything that is neither an answer nor an error. */
  protected abstract heard(message: Envelope): void;

  /** @returns the message's id. Throws `NotConnected` until identified: nothing is kept for later. */
  protected tell(type: string, data: object, more: object = {}): string {
    if (!this.isIdentified) throw new NotConnected('Not identified');
    const id = randomId();
    this.post({ id, type, data, ...more });
    return id;
  }

  /** Rejects with `NotConnected`, with `OmikronRefused`, or with `Unconfirmed` when no answer comes. */
  protected async question(type: string, data: object): Promise<Envelope> {
    const id = this.tell(type, data);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.questions.delete(id);
        reject(new Unconfirmed(`${type} was not answered`));
      }, this.options.answerMs ?? 30_000);
      this.questions.set(id, { answered: resolve, failed: reject, timer });
    });
  }

  protected opened(): void {
    this.identifying = randomId();
    this.post({ id: this.identifying, type: 'identification', data: { refusal: 'error', ...this.identification() } });
  }

  protected received(frame: JsonObject): void {
    const message = envelopeOf(frame);
    // From a newer server, and not meant for this version.
    if (message === undefined) return;
    if (!this.isIdentified) this.answeredIdentification(message);
    else if (!this.answered(message)) {
      const { id } = message;
      const type = errorOf(message);
      if (type === undefined) this.heard(message);
      else this.emit('error', { id, type, message: textOf(message) });
    }
  }

  protected override lost(end: SocketEnd): Verdict {
    this.disconnected();
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal === undefined) return super.lost(end);
    this.emit('refused', refusal);
    return 'back off';
  }

  protected override over(): void {
    this.disconnected();
  }

  private post(message: object): void {
    this.sendText(JSON.stringify({ log: { message: '', log_level: 0 }, ...message }));
  }

  private answeredIdentification(answer: Envelope): void {
    if (answer.id !== this.identifying) return;
    const { acceppted, accepted } = answer.data;
    const type = errorOf(answer) ?? (acceppted === false || accepted === false ? 'refused' : undefined);
    if (type === undefined) {
      this.isIdentified = true;
      this.settle();
      this.pinging = setInterval(() => void this.ping(), this.options.pingMs ?? 10_000);
      this.admitted(answer.data);
    } else if (FINAL.has(type)) this.end({ code: NOT_ALLOWED, reason: textOf(answer) });
    else {
      this.refusal = new OmikronRefused(type, textOf(answer));
      this.hangUp(1000, '');
    }
  }

  private answered(answer: Envelope): boolean {
    const { id } = answer;
    const question = typeof id === 'string' ? this.questions.get(id) : undefined;
    if (question === undefined) return false;
    this.questions.delete(id as string);
    clearTimeout(question.timer);
    const type = errorOf(answer);
    if (type === undefined) question.answered(answer);
    else question.failed(new OmikronRefused(type, textOf(answer)));
    return true;
  }

  private async ping(): Promise<void> {
    const began = performance.now();
    const { pinging } = this;
    try {
      const { data } = await this.question('ping', { last_ping: this.latencyMs });
      this.latencyMs = Math.round(performance.now() - began);
      this.emit('pong', { latencyMs: this.latencyMs, data });
    } catch (error) {
      // Silence for this long means that the connection is dead.
      if (error instanceof Unconfirmed && this.isIdentified && this.pinging === pinging) this.hangUp(SILENT, 'no pong');
    }
  }

  private disconnected(): void {
    this.isIdentified = false;
    clearInterval(this.pinging);
    for (const { failed, timer } of this.questions.values()) {
      clearTimeout(timer);
      failed(new Unconfirmed('The connection was lost before an answer came'));
    }
    this.questions.clear();
  }
}
