import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Clock } from '../../common/time/clock.js';
import { KeyRing } from '../../config/key-ring.js';
import { ConfigError, loadConfig } from '../../config/load-config.js';
import { IceServers } from './ice-servers.service.js';

class FixedClock extends Clock {
  now(): number {
    return 1_767_225_600_123;
  }
}

const iceServers = (env: Record<string, string> = {}): IceServers =>
  new IceServers(loadConfig(env), new FixedClock(), new KeyRing('a secret key of at least 32 bytes'));

const hmac = (secret: string, text: string): string => createHmac('sha1', secret).update(text).digest('base64');

const TURN = { TURN_URLS: 'turn:t.example:3478?transport=udp,turn:t.example:3478?transport=tcp,turns:t.example' };

describe('IceServers', () => {
  it('offers nothing if nothing is configured', () => {
    expect(iceServers().configuration('7')).toEqual({ iceServers: [], expiresIn: 86_400 });
  });

  it('signs credentials the way TURN servers check them, with the first of two secrets', () => {
    const { iceServers: list, expiresIn } = iceServers({
      ...TURN,
      TURN_SECRET: 'new secret, old secret',
      STUN_URLS: 'stun:s.example',
      TURN_TTL_SECONDS: '600',
    }).configuration('sid_1');
    expect(expiresIn).toBe(600);
    expect(list).toEqual([
      { urls: ['stun:s.example'] },
      {
        urls: TURN.TURN_URLS.split(','),
        username: '1767226200:sid_1',
        credential: hmac('new secret', '1767226200:sid_1'),
      },
    ]);
  });

  it('signs credentials even without a TURN server, with a secret that survives a restart', () => {
    const { username, password } = iceServers().credentials('2False');
    expect(username).toBe('1767312000:2False');
    expect(Buffer.from(password, 'base64')).toHaveLength(20);
    expect(iceServers().credentials('2False').password).toBe(password);
  });

  it('lists each host of the URLs once, or its own if there are none', () => {
    const configured = iceServers({ ...TURN, TURN_SECRET: 's', PUBLIC_URL: 'https://[2001:db8::1]:8443/x' });
    expect(configured.turnHosts()).toEqual([
      { host: 't.example', port: 3478 },
      { host: 't.example', port: 5349 },
    ]);
    expect(configured.stunHosts()).toEqual([{ host: '2001:db8::1', port: 3478 }]);
    expect(iceServers().turnHosts()).toEqual([{ host: 'localhost', port: 3478 }]);
  });

  it.each([
    [TURN, 'TURN_SECRET must be set when TURN_URLS is'],
    [{ ...TURN, TURN_SECRET: ' , ' }, 'TURN_SECRET must be set when TURN_URLS is'],
    [{ ...TURN, TURN_SECRET: 'a,b,c' }, 'TURN_SECRET must have at most 2 items'],
    [{ STUN_URLS: 'http://s.example' }, 'STUN_URLS «http://s.example» must be stun:host[:port] or stuns:host[:port]'],
  ])('refuses the configuration %j', (env, fault) => {
    expect(() => loadConfig(env)).toThrow(new ConfigError([fault]));
  });
});
