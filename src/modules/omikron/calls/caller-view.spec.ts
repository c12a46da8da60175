import { describe, expect, it } from 'vitest';
import { type CallerView } from '../omikron.events.js';
import { missedOf } from './caller-view.js';

const view = (change: Partial<CallerView> = {}): CallerView => ({
  user: 'u',
  callState: 'muted',
  resume: 'muted',
  userState: 'online',
  streaming: false,
  ...change,
});
const streaming = { callState: 'streaming', streaming: true };

describe('what a caller is told about another one afterwards', () => {
  it.each([
    ['it came', undefined, view(), [{ type: 'omikron.caller-connected' }]],
    ['it left', view(), undefined, [{ type: 'omikron.caller-closed', user: 'u' }]],
    ['its call state', view(), view({ callState: 'deafed', resume: 'deafed' }), [{ callState: 'deafed' }]],
    ['only its user state', view(), view({ userState: 'away' }), [{ userState: 'away', callState: undefined }]],
    ['its stream', view(), view(streaming), [{ change: 'start_stream' }]],
    ['the end of its stream', view(streaming), view(), [{ change: 'end_stream' }]],
    [
      'the end of its stream, and a state after it',
      view(streaming),
      view({ callState: 'active', resume: 'active' }),
      [{ change: 'end_stream' }, { change: 'client_changed', callState: 'active' }],
    ],
    [
      'a state, and its stream after that',
      view(),
      view({ ...streaming, resume: 'active' }),
      [{ change: 'client_changed', callState: 'active' }, { change: 'start_stream' }],
    ],
  ])('%s', (_what, before, now, events) => {
    expect(missedOf({ id: 'u', before, now })).toMatchObject(events);
  });
});
