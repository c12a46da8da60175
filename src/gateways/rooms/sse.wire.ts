import { type EventEncoder, type Frame } from '../../modules/realtime/connection.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { type MessagePlace, type RoomsEvent } from '../../modules/rooms/rooms.events.js';
import { MESSAGE_HEAD, messageTail, plainFact } from './rooms.wire.js';

/** A block of an event stream. */
export class SseFrame implements Frame {
  constructor(readonly bytes: Buffer) {}

  get length(): number {
    return this.bytes.length;
  }
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Encodes the facts that readers get on sockets as Server-Sent Events. */
export const sseWire: EventEncoder = {
  encode(event: HubEvent): SseFrame | null {
    const fact = event as RoomsEvent;
    switch (fact.type) {
      case 'rooms.message': {
        const head = `${fact.place ? idLine(fact.place) : ''}data: ${MESSAGE_HEAD}`;
        return block(head, oneLine(fact.message), `${messageTail(fact)}\n\n`);
      }
      case 'rooms.begun':
        // Not an event, only the position to come back with.
        return block(`${idLine(fact.place)}\n`);
      case 'rooms.recovered':
        return block(`${lostLine(fact)}event: recovered\ndata: ${JSON.stringify(plainFact(fact))}\n\n`);
      case 'rooms.expiring':
        return block(`event: expiring\ndata: ${JSON.stringify(plainFact(fact))}\n\n`);
      case 'rooms.refreshed':
      case 'rooms.present':
      case 'rooms.joined':
      case 'rooms.left':
      case 'rooms.acked':
      case 'rooms.refused':
      default:
        return null;
    }
  },
};

const idLine = ({ epoch, offset }: MessagePlace): string => `id: ${epoch}:${offset}\n`;

/**
 * A loss is reported only once: the browser will come back with the current position, or with none where nothing is
 * kept.
 */
function lostLine({ recovered, epoch, offset }: Extract<RoomsEvent, { type: 'rooms.recovered' }>): string {
  if (recovered) return '';
  return epoch === '' ? 'id:\n' : idLine({ epoch, offset });
}

function block(...parts: (string | Buffer)[]): SseFrame {
  return new SseFrame(Buffer.concat(parts.map((part) => Buffer.from(part))));
}

/** Line ends in JSON text are only white space between tokens, but would end the line of the stream. */
function oneLine(text: Buffer | string): Buffer {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === LINE_FEED || bytes[i] === CARRIAGE_RETURN) bytes[i] = 0x20;
  }
  return bytes;
}
