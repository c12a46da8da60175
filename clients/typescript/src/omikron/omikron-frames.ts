/** The wire format of the Omikron, docs/protocols/omikron.md: one envelope for everything. */
import {
  type OmikronCallerChanged,
  type OmikronCallState,
  type OmikronLog,
  type OmikronNewCall,
  type OmikronSignalled,
  type OmikronStateChanged,
} from '../generated/frames.gen.js';
import { isObject, type JsonObject } from '../json.js';

/** `log_level`: 2 important, 1 normal, 0 debug, −1 nothing. */
export type Log = OmikronLog;

export interface Envelope {
  /** Chosen by the sender; the answer repeats it. */
  readonly id?: unknown;
  readonly type: string;
  readonly log?: Log;
  /** As verified by the Omikron. */
  readonly sender_id?: string;
  readonly receiver_id?: string;
  readonly data: JsonObject;
}

export interface Profiles {
  readonly accepted: readonly string[];
  /** Not registered with this Iota. */
  readonly denied: readonly string[];
}

/** Somebody calls. */
export type NewCall = OmikronNewCall['data'];
export type UserState = OmikronStateChanged['data'];
/** `state` is `active`, `streaming`, `muted`, `deafed`, or a text of the peer's own. */
export type Member = OmikronCallState;
export type MemberChanged = Pick<OmikronCallerChanged['data'], 'user_id' | 'call_state' | 'user_state'>;
/** From one member to another; `data.sender_id` is the sender. */
export type CallSignal = Pick<OmikronSignalled, 'type' | 'data'>;
export type CallSignalType = CallSignal['type'];

export function envelopeOf(frame: JsonObject): Envelope | undefined {
  const { type, data } = frame;
  return typeof type === 'string' ? { ...frame, type, data: isObject(data) ? data : {} } : undefined;
}

/** The type of an error, if it is one. */
export function errorOf({ type }: Envelope): string | undefined {
  return type.startsWith('error') ? type : undefined;
}

export function textOf(envelope: Envelope): string {
  return isObject(envelope.log) && typeof envelope.log['message'] === 'string'
    ? envelope.log['message']
    : envelope.type;
}

/** The ids of a list as written on the wire. */
export function idsOf(list: unknown): string[] {
  return typeof list === 'string' ? list.split(',').filter((id) => id !== '') : [];
}

/** The members that are strings. */
export function textsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(isObject(value) ? value : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

export function membersOf(data: JsonObject): Record<string, Member> {
  const states = isObject(data['user_states']) ? data['user_states'] : {};
  const members = Object.entries(textsOf(data['user_ids'])).map(([user, state]): [string, Member] => {
    const more = states[user];
    return [user, { state, streaming: isObject(more) && more['streaming'] === true }];
  });
  return Object.fromEntries(members);
}
