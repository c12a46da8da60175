import { AppError } from '../../common/errors/app-error.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { type CallerState, OMIKRON_ID, type OmikronEvent, type ReplyId } from '../../modules/omikron/omikron.events.js';
import { joinFrames, type PlainFrame, splicedFrame, textFrame } from '../transport/flow/text-frame.js';
import { type WireCodec, type WireMessage } from '../transport/dispatch/wire-codec.js';
import { type CallFrame } from './call.contract.js';
import { type ClientFrame } from './client.contract.js';
import { type IotaFrame } from './iota.contract.js';
import { Envelope } from './omikron.messages.js';

/*
 * The language of the Omikron, docs/protocols/omikron.md: JSON envelopes in text frames. The three sockets share it and
 * differ in which types the Omikron handles itself.
 */

/** Frames that the Omikron itself sends. */
type OwnFrame = IotaFrame | ClientFrame | CallFrame;
type OwnType = OwnFrame['type'];
type DataOf<T extends OwnType> = Extract<OwnFrame, { type: T }>['data'];

/** Larger answers omit the aliases that repeat long lists. */
const ALIAS_LIMIT = 262_144;
/** How many spellings of types are cached; longer ones are not cached. */
const MAX_TYPES = 1_000;
const MAX_TYPE_LENGTH = 64;

/** Gateway events, by the type they handle (lower case, without underscores). */
type Handled = Readonly<Record<string, string>>;

const IOTA: Handled = { ping: 'ping', messageotheriota: 'between iotas', sendchat: 'between iotas' };
const CLIENT: Handled = {
  ping: 'ping',
  clientchanged: 'client_changed',
  getstates: 'get_states',
  callinvite: 'call_invite',
  getcall: 'get_call',
};
const CALL: Handled = {
  ping: 'ping',
  clientchanged: 'client_changed',
  webrtcsdp: 'forward',
  webrtcice: 'forward',
  watchstream: 'forward',
  startstream: 'start_stream',
  endstream: 'end_stream',
};

/**
 * Decodes frames to these gateway events: `ignored` for anything before the identification, and for a second
 * identification; `identification`; the event named in `handled`; `unknown` for other types addressed to the Omikron;
 * `relay` for everything else, on sockets that relay. The data is the message, an Envelope.
 */
function omikronWire(handled: Handled, relays: boolean): WireCodec {
  const events = new Map<string, string>();
  /** The latest type, because it is usually repeated. */
  let latest = { raw: Buffer.alloc(0), event: '' };
  const eventOf = (raw: string): string => {
    const known = events.get(raw);
    if (known !== undefined) return known;
    const type: unknown = JSON.parse(Buffer.from(raw, 'latin1').toString('utf8'));
    if (typeof type !== 'string') return 'untyped';
    const name = type.toLowerCase().replaceAll('_', '');
    const own = Object.hasOwn(handled, name) ? handled[name] : undefined;
    const event = name === 'identification' ? 'identification' : (own ?? 'relay');
    if (events.size < MAX_TYPES && raw.length <= MAX_TYPE_LENGTH) events.set(raw, event);
    return event;
  };
  return {
    decode(data: Buffer, isBinary: boolean, admitted: boolean): WireMessage {
      const message = isBinary ? null : Envelope.read(data);
      if (message === null) {
        if (!admitted) return IGNORED;
        throw new AppError('malformed_request', 'Expected a JSON object in a text frame');
      }
      let { event } = latest;
      if (!message.json.hasText('type', latest.raw)) {
        const raw = message.json.rawOf('type');
        event = raw === undefined ? 'untyped' : eventOf(raw);
        if (raw !== undefined && raw.length <= MAX_TYPE_LENGTH) latest = { raw: Buffer.from(raw, 'latin1'), event };
      }
      if (!admitted) return event === 'identification' ? { event, data: message } : IGNORED;
      if (event === 'identification') return IGNORED;
      const forUs = event === 'relay' && (!relays || isForOmikron(message.json));
      return { event: forUs ? 'unknown' : event, data: message };
    },
    encode,
    join: joinFrames,
  };
}

const IGNORED: WireMessage = { event: 'ignored', data: null };

function isForOmikron(message: Envelope['json']): boolean {
  const raw = message.rawOf('receiver_id') ?? message.rawOf('receiver');
  return raw !== undefined && raw.length === OMIKRON_ID.length + 2 && raw.slice(1, -1) === OMIKRON_ID;
}

export const iotaWire = omikronWire(IOTA, true);
export const clientWire = omikronWire(CLIENT, true);
export const callWire = omikronWire(CALL, false);

type Encoders = {
  readonly [T in OmikronEvent['type']]: (fact: Extract<OmikronEvent, { readonly type: T }>) => PlainFrame;
};

const ENCODERS: Encoders = {
  'omikron.relayed': relayedFrame,
  'omikron.iota-identified': ({ id, accepted, denied }) =>
    own('identification_response', id, profiles(accepted, denied), 'Iota identified'),
  'omikron.client-identified': ({ id }) =>
    own('identification_response', id, '{"acceppted":true,"accepted":true}', 'Client identified'),
  'omikron.call-joined': ({ id, members }) => own('identification_response', id, joined(members), 'Client identified'),
  'omikron.refused': ({ id, error, message, asError, call }) => {
    if (asError) return own(error, id, '{}', message, 2);
    const states = call ? ',"user_ids":{},"user_states":{}' : '';
    return own('identification_response', id, `{"acceppted":false,"accepted":false${states}}`, message, 2);
  },
  'omikron.failed': ({ id, error, message }) => own(error, id, '{}', message, 2),
  'omikron.iota-pong': ({ id, pings }) => {
    const texts = object(pings.map(([user, ping]) => [user, `"${ping}"`]));
    return own('pong', id, `{"user_ping":${object(pings)},"ping_clients":${texts}}`, 'Pong to Iota', -1);
  },
  'omikron.client-pong': ({ id, ping }) =>
    own('pong', id, `{"last_ping":${ping},"ping_iota":"${ping}"}`, 'Pong to Client', -1),
  'omikron.call-pong': ({ id }) => own('pong', id, '{}', 'Pong to Client', -1),
  'omikron.client-connected': ({ user }) => said('client_connected', { user_id: user }, 'Client connected'),
  'omikron.state-changed': ({ user, state }) =>
    said('client_changed', { user_id: user, user_state: state }, 'Client changed'),
  'omikron.states': ({ id, states }) => {
    const texts = object(states.map(([user, state]) => [user, JSON.stringify(state)]));
    return own('get_states', id, `{"user_states":${texts}}`, 'States of the contacts');
  },
  'omikron.call-invited': ({ id }) => own('call_invite', id, '{}', 'Invitation sent'),
  'omikron.new-call': ({ ring: { told } }) => {
    const { call, receiver, sender, secret } = told;
    const data = { call_id: call, receiver_id: receiver, sender_id: sender };
    return said('new_call', secret === undefined ? data : { ...data, call_secret: secret }, 'You are being called');
  },
  'omikron.call-found': ({ id, live }) =>
    own('get_call', id, `{"call_state":"${live ? 'ACTIVE' : 'DESTROYED'}"}`, 'State of the call'),
  'omikron.caller-connected': ({ caller: { user, callState, userState } }) =>
    said('client_connected', { user_id: user, call_state: callState, user_state: userState }, 'Client connected'),
  'omikron.caller-changed': ({ user, change, callState, userState }) => {
    const data = { sender_id: user, user_id: user, call_state: callState, user_state: userState };
    const log = { message: '', log_level: -1 };
    return textFrame(JSON.stringify({ type: change, log, sender_id: user, sender: user, data }));
  },
  'omikron.caller-closed': ({ user }) => said('client_closed', { user_id: user }, 'Client closed'),
};

function relayedFrame({ text, tail }: Extract<OmikronEvent, { readonly type: 'omikron.relayed' }>): PlainFrame {
  return tail === undefined ? textFrame(text) : splicedFrame(text, tail);
}

function encode(event: HubEvent): PlainFrame | null {
  const fact = event as OmikronEvent;
  // The common case first.
  if (fact.type === 'omikron.relayed') return relayedFrame(fact);
  // Anything not in the table belongs to another protocol, or is for connections rather than clients.
  const encoder = ENCODERS[fact.type] as ((fact: OmikronEvent) => PlainFrame) | undefined;
  return encoder === undefined ? null : encoder(fact);
}

/** A frame that is not an answer. */
const said = <T extends OwnType>(type: T, data: DataOf<T>, message: string): PlainFrame =>
  own(type, undefined, JSON.stringify(data), message);

/** A frame of the Omikron's own. @param data JSON text @param level 2 important, 1 normal, 0 debug, -1 none */
function own(type: OwnType, id: ReplyId, data: string, message: string, level = 0): PlainFrame {
  const head = id === undefined ? '' : `"id":${id},`;
  const log = JSON.stringify({ message, log_level: level });
  return textFrame(
    `{${head}"type":"${type}","log":${log},"sender_id":"${OMIKRON_ID satisfies OwnFrame['sender_id']}","data":${data}}`,
  );
}

/** JSON text of an object whose values are JSON texts; works for names that a JavaScript object could not hold. */
function object(entries: readonly (readonly [name: string, value: string])[]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

function profiles(accepted: readonly string[], denied: readonly string[]): string {
  const acceptedText = accepted.map((user) => `${user},`).join('');
  const deniedText = denied.join(',');
  const data = { accepted_profiles: acceptedText, denid_profiles: deniedText, accepted: accepted.length };
  const short = acceptedText.length + deniedText.length <= ALIAS_LIMIT;
  const full: DataOf<'identification_response'> = short
    ? { ...data, denied_profiles: deniedText, accepted_ids: acceptedText }
    : data;
  return JSON.stringify(full);
}

function joined(members: readonly CallerState[]): string {
  const ids = object(members.map(({ user, callState }) => [user, JSON.stringify(callState)]));
  const states = object(
    members.map(({ user, callState, streaming }) => [user, JSON.stringify({ state: callState, streaming })]),
  );
  return `{"acceppted":true,"accepted":true,"user_ids":${ids},"user_states":${states}}`;
}
