import { describe, expect, it } from 'vitest';
import { iceUrlFault, parseIceUrl } from './ice-url.js';

describe('parseIceUrl', () => {
  it.each([
    ['turn:turn.example.org', { scheme: 'turn', host: 'turn.example.org', port: 3478 }],
    ['turn:192.0.2.1:3479?transport=udp', { scheme: 'turn', host: '192.0.2.1', port: 3479 }],
    ['turns:turn.example.org?transport=tcp', { scheme: 'turns', host: 'turn.example.org', port: 5349 }],
    ['stun:[2001:db8::1]:19302', { scheme: 'stun', host: '2001:db8::1', port: 19302 }],
    ['stuns:s.example', { scheme: 'stuns', host: 's.example', port: 5349 }],
  ])('reads %s', (text, url) => {
    expect(parseIceUrl(text)).toEqual(url);
  });

  it.each([
    '',
    'turn:',
    'turn://turn.example.org',
    'http://turn.example.org',
    'turn:host:0',
    'turn:host:65536',
    'turn:999.1.1.1',
    'turn:[192.0.2.1]',
    'turn:2001:db8::1',
    'stun:host?transport=udp',
    'turn:host?transport=sctp',
    'turn:user@host',
    'turn:host\nturn:other',
  ])('refuses %j', (text) => {
    expect(parseIceUrl(text)).toBeUndefined();
  });

  it('says which schemes a variable takes', () => {
    expect(iceUrlFault('turn:a', ['turn', 'turns'])).toBeUndefined();
    expect(iceUrlFault('stun:a', ['turn', 'turns'])).toBe('must be turn:host[:port] or turns:host[:port]');
  });
});
