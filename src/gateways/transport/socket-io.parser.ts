import * as parser from 'socket.io-parser';

/** Where a decoded event keeps the text it came in. */
export const PACKET_TEXT = Symbol('packet text');

/** The arguments of an event, name first, acknowledgement function last if the client asked for one. */
export type EventArguments = unknown[] & { [PACKET_TEXT]?: string };

/** Socket.IO's decoder, which leaves the original text with the arguments: values can be passed on unparsed. */
class TextKeepingDecoder extends parser.Decoder {
  private text: string | undefined;

  constructor() {
    super();
    this.on('decoded', (packet: { data?: unknown }) => {
      if (Array.isArray(packet.data) && this.text !== undefined) {
        Object.defineProperty(packet.data, PACKET_TEXT, { value: this.text });
      }
      this.text = undefined;
    });
  }

  override add(encoded: unknown): void {
    if (typeof encoded === 'string') this.text = encoded;
    super.add(encoded);
  }
}

export const textKeepingParser = { Encoder: parser.Encoder, Decoder: TextKeepingDecoder };
