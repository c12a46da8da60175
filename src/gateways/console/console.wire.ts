import { AppError } from '../../common/errors/app-error.js';
import { isoMicroseconds } from '../../common/time/iso-microseconds.js';
import {
  type ConsoleEvent,
  type FeedTopic,
  type FeedWish,
  type SaidMessage,
} from '../../modules/console/console.events.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { joinFrames, jsonFrame, type PlainFrame, wrappedFrame } from '../transport/flow/text-frame.js';
import { type WireCodec, type WireMessage } from '../transport/dispatch/wire-codec.js';
import { type ConsoleFact, type ConsoleMember } from './console.contract.js';

/** No legitimate frame is longer. */
const MAX_BYTES = 4_096;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
/** The members that each topic requires. */
const TOPICS: Readonly<Record<FeedTopic, readonly ConsoleMember[]>> = {
  overview: [],
  connection: ['connection'],
  room: ['application', 'room'],
  calls: [],
  audit: [],
};

type Frame = Readonly<Partial<Record<ConsoleMember, unknown>>>;

/** The protocol of consoles: JSON objects with a `type`. */
export const consoleWire: WireCodec = {
  decode(data: Buffer, isBinary: boolean): WireMessage {
    if (isBinary) throw malformed('A frame is text.');
    if (data.length > MAX_BYTES) throw new AppError('payload_too_large', `A frame has at most ${MAX_BYTES} bytes.`);
    const frame = objectOf(data);
    const { type, id } = frame;
    if (typeof id !== 'string' || !ID.test(id)) throw malformed('An id has 1 to 64 letters, digits, - or _.');
    if (type === 'unsubscribe') return { event: type, data: id };
    if (type === 'subscribe') return { event: type, data: wishOf(id, frame) };
    throw malformed('The type is subscribe or unsubscribe.');
  },

  join: joinFrames,

  encode(event: HubEvent): PlainFrame | null {
    const fact = event as ConsoleEvent;
    switch (fact.type) {
      case 'console.subscribed':
        return jsonFrame({ type: 'subscribed', id: fact.id } satisfies ConsoleFact);
      case 'console.ended':
        return jsonFrame({ type: 'ended', id: fact.id } satisfies ConsoleFact);
      case 'console.refused': {
        const { id, code, detail } = fact;
        return jsonFrame({ type: 'refused', id, code, detail } satisfies ConsoleFact);
      }
      case 'console.told':
        return jsonFrame({ ...fact.fact, id: fact.id });
      case 'console.said':
        // The value keeps the text it came in.
        return wrappedFrame(
          `{"type":"message","id":"${fact.id}","message":`,
          fact.message.message,
          tailOf(fact.message),
        );
      default:
        return null;
    }
  },
};

function tailOf({ identity, timestamp, place }: SaidMessage): string {
  const where = place === undefined ? '' : `,"offset":${place.offset},"epoch":"${place.epoch}"`;
  return `,"identity":${identity},"timestamp":"${isoMicroseconds(timestamp)}"${where}}`;
}

function wishOf(id: string, { topic, after, connection, application, room }: Frame): FeedWish {
  if (typeof topic !== 'string' || !Object.hasOwn(TOPICS, topic)) throw malformed('There is no such topic.');
  const wish = {
    id,
    topic: topic as FeedTopic,
    ...(after !== undefined && { after: timeOf(after) }),
    ...(typeof connection === 'string' && { connection }),
    ...(isId(application) && { application }),
    ...(typeof room === 'string' && { room }),
  };
  const missing = TOPICS[wish.topic].filter((member) => !(member in wish));
  if (missing.length > 0) throw malformed(`This topic needs ${missing.join(' and ')}.`);
  return wish;
}

function timeOf(value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  if (Number.isNaN(time)) throw malformed('`after` is a time.');
  return time;
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

function objectOf(data: Buffer): Frame {
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch {
    throw malformed('A frame is JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('A frame is an object.');
  return value;
}

const malformed = (detail: string): AppError => new AppError('malformed_request', detail);
