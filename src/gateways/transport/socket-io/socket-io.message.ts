import { arrayElements } from '../../../common/json/json-array-text.js';
import { ATTACHED_BYTES, type EventArguments, PACKET_TEXT } from './socket-io.parser.js';

/** The connection a message came over. */
interface Source {
  readonly closed: boolean;
  flush(): void;
}

/** One inbound event. */
export class SocketIoMessage {
  readonly event: string;
  /** The arguments after the name, without the acknowledgement function. */
  readonly args: readonly unknown[];
  /** Its size: characters of its text plus bytes of its attachments. */
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

  /** Bytes of its text or of its attachments, whichever is more; this is what limits strangers. */
  get largestPart(): number {
    return Math.max(Buffer.byteLength(this.text ?? ''), this.attached);
  }

  /** Whether it carries binary attachments, which the text does not contain. */
  get hasAttachments(): boolean {
    return this.text?.startsWith('5') ?? false;
  }

  /** Answers the acknowledgement, once, in order after what was sent before; does nothing if none was asked for. */
  ack(...args: unknown[]): void {
    if (this.respond === undefined || this.connection.closed) return;
    this.connection.flush();
    this.respond(...args);
  }

  /**
   * The JSON text of the only argument, cut out of the packet without parsing it. `undefined` when there are several,
   * or when the packet is not written the way clients usually do; `textOf` finds it then.
   */
  get onlyText(): string | undefined {
    const { text } = this;
    const head = `2["${this.event}",`;
    if (this.args.length !== 1 || text?.startsWith(head) !== true || !text.endsWith(']')) return undefined;
    return text.slice(head.length, -1);
  }

  /** The JSON text of an argument as received; `undefined` when there is no such argument or it carries attachments. */
  textOf(index: number): Buffer | undefined {
    const start = this.text?.indexOf('[') ?? -1;
    if (this.text === undefined || start < 0 || !this.text.startsWith('2')) return undefined;
    return arrayElements(Buffer.from(this.text.slice(start)))?.[index + 1];
  }
}
