import * as parser from 'socket.io-parser';

/** Properties of a decoded event that hold its original text and, if it has any, the bytes of its attachments. */
export const PACKET_TEXT = Symbol('packet text');
export const ATTACHED_BYTES = Symbol('attached bytes');

/** The arguments of an event: its name first, and last the acknowledgement function if the client asked for one. */
export type EventArguments = unknown[] & { [PACKET_TEXT]?: string; [ATTACHED_BYTES]?: number };

/** Socket.IO's decoder, which also keeps the original text so that values can be passed on unparsed. */
class TextKeepingDecoder extends parser.Decoder {
  private text: string | undefined;
  private attached = 0;

  constructor(private readonly mostAttached: number) {
    super();
    this.on('decoded', ({ data }: { data?: unknown }) => {
      if (Array.isArray(data) && this.text !== undefined) {
        Object.defineProperty(data, PACKET_TEXT, { value: this.text });
        if (this.attached > 0) Object.defineProperty(data, ATTACHED_BYTES, { value: this.attached });
      }
      this.text = undefined;
    });
  }

  /** @throws Error if the packet cannot be decoded or its attachments exceed the limit */
  override add(encoded: unknown): void {
    if (typeof encoded === 'string') {
      this.text = encoded;
      this.attached = 0;
    } else {
      this.attached += (encoded as Buffer).length;
      if (this.attached > this.mostAttached) throw new Error('the attachments are too large');
    }
    super.add(encoded);
  }
}

/** @param mostAttached limit in bytes for all attachments of one event */
export function textKeepingParser(mostAttached: number): Pick<typeof parser, 'Encoder' | 'Decoder'> {
  return {
    Encoder: parser.Encoder,
    Decoder: class extends TextKeepingDecoder {
      constructor() {
        super(mostAttached);
      }
    },
  };
}
