import { AppError } from '../../common/errors/app-error.js';
import { JsonScanner } from '../../common/json/json-object-text.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { type ServicesEvent } from '../../modules/services/services.events.js';
import { joinFrames, jsonFrame, type PlainFrame, splicedFrame, textFrame } from '../transport/flow/text-frame.js';
import { type WireCodec, type WireMessage } from '../transport/dispatch/wire-codec.js';
import { type ServicesFrame } from './services.contract.js';

/** Typed so that only frames of the contract can be sent. */
const ownFrame: (frame: ServicesFrame) => PlainFrame = jsonFrame;

/** Members of a message that the relay looks at. */
const scanner = new JsonScanner(['token', 'name', 'user', 'type']);

const GREETING = ownFrame({ type: 'server_connect', message: 'Welcome! Please provide a token.' });

/**
 * The protocol of the exhibition relay: one JSON object per text frame. A connection's first message is its login;
 * every later one belongs to the application and keeps the text it came in.
 */
export const servicesWire: WireCodec = {
  decode(data: Buffer, isBinary: boolean, admitted: boolean): WireMessage {
    const message = isBinary ? null : scanner.scan(data);
    if (message === null) throw new AppError('malformed_request', 'Malformed message. Expected JSON.');
    return { event: admitted ? 'relay' : 'login', data: message };
  },

  join: joinFrames,

  encode(event: HubEvent): PlainFrame | null {
    const fact = event as ServicesEvent;
    switch (fact.type) {
      case 'services.relayed':
        return fact.tail === undefined ? textFrame(fact.text) : splicedFrame(fact.text, fact.tail);
      case 'services.greeted':
        return GREETING;
      case 'services.authorized':
        return ownFrame({ type: 'server_authorized', message: `Authorized as ${fact.role}` });
      case 'services.coded':
        return ownFrame({ type: 'server_code', code: fact.code });
      case 'services.joined':
        return ownFrame({ type: 'server_join', role: fact.role, user: fact.user, ...named(fact.name) });
      case 'services.left':
        return ownFrame({ type: 'server_leave', role: fact.role, user: fact.user });
      case 'services.kicked':
        return ownFrame({ type: 'server_disconnect', message: fact.message });
      case 'services.failed':
        return ownFrame({ type: 'server_error', message: fact.message });
      default:
        // Belongs to another protocol, or is for connections rather than clients.
        return null;
    }
  },
};

/** Only those who gave a name have one. */
const named = (name: string | undefined): { name?: string } => (name === undefined ? {} : { name });
