import { arrayElements } from '../../../common/json/json-array-text.js';
import { ATTACHED_BYTES, type EventArguments, PACKET_TEXT } from './socket-io.parser.js';

interface Source {
  readonly closed: boolean;
  flush(): void;
}

/** One inbound event. */
export class SocketIoMessage {
  readonly event: string;
  /** The arguments after the name, without the acknowledgement function. */
  readonly args: readonly unknown[];
  /** Characters of its text plus bytes of its attachments. */
  readonly length: number;
  private readonly respond: ((...args: unknown[]) => void) | undefined;
  private readonly text: string | undefined;
  private readonly attached: number;

  constructor(
    private readonly connection: Source,
    data: EventArguments,
  ) {
    const last = data.at(-1);
    const asked = data.length > 1 && typeof last === 'function';
    this.event = String(data[0]);
    this.args = data.slice(1, asked ? -1 : undefined);
    this.respond = asked ? (last as (...args: unknown[]) => void) : undefined;
    this.text = data[PACKET_TEXT];
    this.attached = data[ATTACHED_BYTES] ?? 0;
    this.length = (this.text?.length ?? 0) + this.attached;
  }

  /** Bytes of its text or of its attachments, whichever is more. Limits for strangers apply to it. */
  get largestPart(): number {
    return Math.max(Buffer.byteLength(this.text ?? ''), this.attached);
  }

  /** Whether it carries binary attachments, which are not part of the text. */
  get hasAttachments(): boolean {
    return this.text?.startsWith('5') ?? false;
  }

  /** Answers the acknowledgement, once, after everything sent before. Does nothing if the client asked for none. */
  ack(...args: unknown[]): void {
    if (this.respond === undefined || this.connection.closed) return;
    this.connection.flush();
    this.respond(...args);
  }

  /**
   * The JSON text of the only argument, cut out of the packet without parsing it. `undefined` if there are several, or
   * if the packet is not written in the usual way; `textOf` finds it then.
   */
  get onlyText(): string | undefined {
    const { text } = this;
    const head = `2["${this.event}",`;
    if (this.args.length !== 1 || text?.startsWith(head) !== true || !text.endsWith(']')) return undefined;
    return text.slice(head.length, -1);
  }

  /** The JSON text of an argument as received; `undefined` if it is missing or carries attachments. */
  textOf(index: number): Buffer | undefined {
    const start = this.text?.indexOf('[') ?? -1;
    if (this.text === undefined || start < 0 || !this.text.startsWith('2')) return undefined;
    return arrayElements(Buffer.from(this.text.slice(start)))?.[index + 1];
  }
}
