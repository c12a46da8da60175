import { JsonScanner } from '../../common/json/json-object-text.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { type RoomMessageEvent, type RoomsEvent } from '../../modules/rooms/rooms.events.js';
import { joinFrames, jsonFrame, type PlainFrame, textFrame, wrappedFrame } from '../transport/flow/text-frame.js';
import { type WireCodec, type WireMessage } from '../transport/dispatch/wire-codec.js';
import { isoMicroseconds } from '../../common/time/iso-microseconds.js';
import { type RoomsFact, type RoomsFault, type RoomsMember } from './rooms.contract.js';

/** Members of an inbound frame that are used; all others are dropped. */
const scanner = new JsonScanner(['message', 'id', 'refresh'] satisfies RoomsMember[]);

/** What precedes the text of a message. */
export const MESSAGE_HEAD = '{"message":';

/** What follows it; ASCII. */
export function messageTail({ identity, timestamp, place }: RoomMessageEvent): string {
  const time = isoMicroseconds(timestamp);
  if (place === undefined) return `,"identity":${identity},"timestamp":"${time}"}`;
  return `,"identity":${identity},"timestamp":"${time}","offset":${place.offset},"epoch":"${place.epoch}"}`;
}

type PlainFact = Extract<
  RoomsEvent,
  {
    type: 'rooms.recovered' | 'rooms.present' | 'rooms.joined' | 'rooms.left' | 'rooms.expiring' | 'rooms.refreshed';
  }
>;

/** The objects that clients get for facts that do not depend on number precision. */
export function plainFact(fact: PlainFact): RoomsFact {
  switch (fact.type) {
    case 'rooms.recovered':
      return { recovered: fact.recovered, offset: fact.offset, epoch: fact.epoch };
    case 'rooms.present':
      return { event: 'present', items: fact.items };
    case 'rooms.joined':
      return { event: 'join', identity: fact.identity };
    case 'rooms.left':
      return { event: 'leave', identity: fact.identity };
    case 'rooms.expiring':
      return { event: 'expiring', seconds: fact.seconds };
    case 'rooms.refreshed':
      return { event: 'refreshed' };
  }
}

/**
 * The protocol of room endpoints: `{"message": <any JSON>}` comes in as a text frame and goes out with identity and
 * time added. The value keeps the text it came in.
 */
export const roomsWire: WireCodec = {
  /**
   * Never throws: what a read-only endpoint sends is ignored, however malformed. `null` = not a JSON object in a text
   * frame.
   */
  decode(data: Buffer, isBinary: boolean): WireMessage {
    return { event: 'publish', data: isBinary ? null : scanner.scan(data) };
  },

  join: joinFrames,

  encode(event: HubEvent): PlainFrame | null {
    const fact = event as RoomsEvent;
    switch (fact.type) {
      case 'rooms.message':
        return wrappedFrame(MESSAGE_HEAD, fact.message, messageTail(fact));
      case 'rooms.acked': {
        const { id, place } = fact;
        return wrappedFrame('{"ack":', id, place ? `,"offset":${place.offset},"epoch":"${place.epoch}"}` : '}');
      }
      case 'rooms.refused': {
        const error = JSON.stringify({ code: fact.code, detail: fact.detail } satisfies RoomsFault);
        return textFrame(`{"error":${error},"id":${fact.id.toString('utf8')}}`);
      }
      case 'rooms.recovered':
      case 'rooms.present':
      case 'rooms.joined':
      case 'rooms.left':
      case 'rooms.expiring':
      case 'rooms.refreshed':
        return jsonFrame(plainFact(fact));
      case 'rooms.begun':
        return null;
      default:
        // Belongs to another protocol, or is for connections rather than clients.
        return null;
    }
  },
};
