import { EventEmitter } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { PollingAllowance } from './polling-allowance.js';

function setUp() {
  const allowance = new PollingAllowance((request) => request.url ?? '', 2);
  const engine = new EventEmitter();
  allowance.watch(engine as never);
  const request = (url: string, headers: object = {}) => ({ url, headers }) as IncomingMessage;
  const begin = (address: string, name = 'polling') => {
    const conn = Object.assign(new EventEmitter(), { request: request(address), transport: { name } });
    engine.emit('connection', conn);
    return conn;
  };
  return { begin, allows: (address: string, headers?: object) => allowance.allows(request(address, headers)) };
}

describe('polling sessions', () => {
  it('are limited per address, independently of others', () => {
    const { begin, allows } = setUp();
    begin('192.0.2.1');
    expect(allows('192.0.2.1')).toBe(true);
    begin('192.0.2.1');
    expect(allows('192.0.2.1')).toBe(false);
    expect(allows('192.0.2.2')).toBe(true);
    expect(allows('192.0.2.1', { upgrade: 'websocket' })).toBe(true);
  });

  it('count once, until they end or are upgraded', () => {
    const { begin, allows } = setUp();
    const [one, other] = [begin('2001:db8::1'), begin('2001:db8::2')];
    expect(allows('2001:db8::3')).toBe(false);
    one.emit('upgrade');
    one.emit('close');
    expect(allows('2001:db8::3')).toBe(true);
    begin('2001:db8::4');
    expect(allows('2001:db8::3')).toBe(false);
    other.emit('close');
    expect(allows('2001:db8::3')).toBe(true);
  });

  it('do not count if they begin on a WebSocket', () => {
    const { begin, allows } = setUp();
    for (let i = 0; i < 3; i++) begin('192.0.2.1', 'websocket');
    expect(allows('192.0.2.1')).toBe(true);
  });
});
