import { type Change, type MissedChange } from '../../realtime/fan-out/picture.js';
import { type CallMember } from '../omikron-state.js';
import { type CallerState, type CallerView, type OmikronEvent } from '../omikron.events.js';

/** A member as the others in the call see it. */
export function shown({ written, callState, userState, streaming }: CallMember): CallerState {
  return { user: written, callState, userState, streaming };
}

export const viewOf = (member: CallMember): CallerView => ({ ...shown(member), resume: member.resume });

/** The members that an event of a call changes. */
export function callerChanges(event: OmikronEvent): Change<CallerView>[] {
  if (event.type === 'omikron.caller-closed') return [[event.user, undefined]];
  const caller = calledBy(event);
  return caller === undefined ? [] : [[caller.user, caller]];
}

function calledBy(event: OmikronEvent): CallerView | undefined {
  if (event.type === 'omikron.relayed') return event.caller;
  return event.type === 'omikron.caller-connected' ? { ...event.caller, resume: event.caller.callState } : undefined;
}

/** The events about one member that another one has missed. */
export function missedOf({ id: user, before, now }: MissedChange<CallerView>): OmikronEvent[] {
  if (now === undefined) return [{ type: 'omikron.caller-closed', user }];
  const { resume, ...caller } = now;
  if (before === undefined) return [{ type: 'omikron.caller-connected', caller }];
  const events: OmikronEvent[] = [];
  const said = (change: Omit<Extract<OmikronEvent, { type: 'omikron.caller-changed' }>, 'type' | 'user'>): void => {
    events.push({ type: 'omikron.caller-changed', user, ...change });
  };
  // Members stay in the state streaming until the stream ends, then return to the previous one.
  const [wasIn, isIn] = [before.streaming ? before.resume : before.callState, now.streaming ? resume : now.callState];
  if (before.streaming && !now.streaming) said({ change: 'end_stream' });
  const callState = wasIn === isIn ? undefined : isIn;
  const userState = before.userState === now.userState ? undefined : now.userState;
  if (callState !== undefined || userState !== undefined) said({ change: 'client_changed', callState, userState });
  if (now.streaming && !before.streaming) said({ change: 'start_stream' });
  return events;
}
