import { describe, expect, it } from 'vitest';
import { AppError } from '../../common/errors/app-error.js';
import { type JsonObjectText } from '../../common/json/json-object-text.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import {
  authorized,
  coded,
  failed,
  greeted,
  joined,
  kicked,
  left,
  relayed,
  type ServiceSettings,
  settingsChanged,
} from '../../modules/services/services.events.js';
import { type PlainFrame } from '../transport/flow/text-frame.js';
import { servicesWire } from './services.wire.js';

const textOf = (event: HubEvent): string => (servicesWire.encode(event) as PlainFrame).bytes.subarray(2).toString();

describe('servicesWire', () => {
  it.each([
    [greeted(), '{"type":"server_connect","message":"Welcome! Please provide a token."}'],
    [authorized('host'), '{"type":"server_authorized","message":"Authorized as host"}'],
    [coded('HRSC'), '{"type":"server_code","code":"HRSC"}'],
    [joined('guest', '3274d5', undefined), '{"type":"server_join","role":"guest","user":"3274d5"}'],
    [joined('guest', '3274d5', 'Ann'), '{"type":"server_join","role":"guest","user":"3274d5","name":"Ann"}'],
    [left('client', '3274d5'), '{"type":"server_leave","role":"client","user":"3274d5"}'],
    [kicked('Kicked by new host'), '{"type":"server_disconnect","message":"Kicked by new host"}'],
    [failed('Invalid token'), '{"type":"server_error","message":"Invalid token"}'],
    [relayed(Buffer.from('{ "a" : 1e400 }')), '{ "a" : 1e400 }'],
  ])('encodes %j', (event, text) => {
    expect(textOf(event)).toBe(text);
  });

  it('has no frame for events that its clients do not know', () => {
    expect(servicesWire.encode(settingsChanged({ id: 1 } as ServiceSettings))).toBeNull();
    expect(servicesWire.encode({ type: 'rooms.message' })).toBeNull();
  });

  it('treats the first message as the login and every other one as the application’s', () => {
    const data = Buffer.from('{"token":"x","name":"Ann"}');
    const login = servicesWire.decode(data, false, false);
    expect(login.event).toBe('login');
    expect((login.data as JsonObjectText).parse('token')).toBe('x');
    expect((login.data as JsonObjectText).parse('name')).toBe('Ann');
    expect(servicesWire.decode(data, false, true).event).toBe('relay');
  });

  it.each([
    ['nojson', false],
    ['[]', false],
    ['"x"', false],
    ['', false],
    ['{}', true],
  ])('refuses %j (binary: %s)', (text, binary) => {
    for (const admitted of [false, true]) {
      expect(() => servicesWire.decode(Buffer.from(text), binary, admitted)).toThrow(
        new AppError('malformed_request', 'Malformed message. Expected JSON.'),
      );
    }
  });
});
