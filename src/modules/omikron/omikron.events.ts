import { type HubEvent } from '../realtime/hub-event.js';
import { type ErrorType } from './omikron-refusal.js';
import { type Ring } from './omikron-state.js';

/** The Omikron itself, as sender and receiver. */
export const OMIKRON_ID = '22222222-2222-2222-2222-222222222222';

/** JSON text of the id of the message being answered; `undefined` when it had none. */
export type ReplyId = string | undefined;

/** A member of a call as the others see it. User ids are as their owners wrote them. */
export interface CallerState {
  readonly user: string;
  readonly callState: string;
  readonly userState: string;
  readonly streaming: boolean;
}

/** The same, with the state to return to when its stream ends. */
export interface CallerView extends CallerState {
  readonly resume: string;
}

/** Events of the Omikron that reach its peers. */
export type OmikronEvent =
  /** The text of a JSON object, passed on: `text`, followed by the ASCII `tail`. */
  | {
      readonly type: 'omikron.relayed';
      readonly text: Buffer;
      readonly tail?: Buffer;
      /** The state of a call member after the message that is passed on. */
      readonly caller?: CallerView;
    }
  | {
      readonly type: 'omikron.iota-identified';
      readonly id: ReplyId;
      readonly accepted: readonly string[];
      readonly denied: readonly string[];
    }
  | { readonly type: 'omikron.client-identified'; readonly id: ReplyId }
  | { readonly type: 'omikron.call-joined'; readonly id: ReplyId; readonly members: readonly CallerState[] }
  /** An identification failed; `asError` in the form of other servers instead of the documented one. */
  | {
      readonly type: 'omikron.refused';
      readonly id: ReplyId;
      readonly error: ErrorType;
      readonly message: string;
      readonly asError: boolean;
      readonly call: boolean;
    }
  | { readonly type: 'omikron.failed'; readonly id: ReplyId; readonly error: ErrorType; readonly message: string }
  /** Pings are texts of integers. */
  | {
      readonly type: 'omikron.iota-pong';
      readonly id: ReplyId;
      readonly pings: readonly (readonly [user: string, ping: string])[];
    }
  | { readonly type: 'omikron.client-pong'; readonly id: ReplyId; readonly ping: string }
  | { readonly type: 'omikron.call-pong'; readonly id: ReplyId }
  | { readonly type: 'omikron.client-connected'; readonly user: string; readonly socket: string }
  | { readonly type: 'omikron.state-changed'; readonly user: string; readonly state: string }
  | {
      readonly type: 'omikron.states';
      readonly id: ReplyId;
      readonly states: readonly (readonly [user: string, state: string])[];
    }
  | { readonly type: 'omikron.call-invited'; readonly id: ReplyId }
  | { readonly type: 'omikron.new-call'; readonly ring: Ring }
  | { readonly type: 'omikron.call-found'; readonly id: ReplyId; readonly live: boolean }
  | { readonly type: 'omikron.caller-connected'; readonly caller: CallerState }
  | { readonly type: 'omikron.caller-closed'; readonly user: string }
  /** Replaces a caller's messages that did not arrive here. */
  | {
      readonly type: 'omikron.caller-changed';
      readonly user: string;
      readonly change: 'client_changed' | 'start_stream' | 'end_stream';
      readonly callState?: string | undefined;
      readonly userState?: string | undefined;
    };

/** A client of an Iota has left; Iotas are not told. */
export interface ClientLeft extends HubEvent {
  readonly type: 'omikron.client-left';
  readonly socket: string;
}

/** For Iota connections themselves: something about their directory entry has changed. */
export type IotaSignal = HubEvent &
  (
    | { readonly type: 'omikron.profile-removed'; readonly user: string }
    /** Hexadecimal digest of the token that alone is valid from now on. */
    | { readonly type: 'omikron.token-changed'; readonly digest: string }
  );

export const relayed = (text: Buffer, tail?: Buffer): OmikronEvent =>
  tail === undefined ? { type: 'omikron.relayed', text } : { type: 'omikron.relayed', text, tail };
/** Fixes the event type where the kernel accepts any. */
export const fact = (event: OmikronEvent): OmikronEvent => event;
