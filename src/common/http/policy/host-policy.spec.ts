import { describe, expect, it } from 'vitest';
import { hostFault, isHostAllowed } from './host-policy.js';

const settings = (changes: object = {}) => ({
  production: true,
  allowedHosts: undefined,
  publicUrl: undefined,
  nodeUrl: undefined,
  ...changes,
});

describe('the host policy', () => {
  it.each([
    ['node.example', true],
    ['NODE.example.:3001', true],
    ['other.example', false],
  ])('accepts the host of the node that clients are sent to, with and without a list: %s %s', (host, allowed) => {
    for (const url of ['https://node.example:8443', 'wss://node.example']) {
      expect(isHostAllowed(host, settings({ publicUrl: 'https://a.example', nodeUrl: url }))).toBe(allowed);
      expect(isHostAllowed(host, settings({ allowedHosts: ['b.example'], nodeUrl: url }))).toBe(allowed);
    }
  });

  it.each([
    ['a.example', true],
    ['A.Example.', true],
    ['a.example:443', true],
    ['b.example', true],
    ['c.example', false],
  ])('treats an omitted default port like the one in the list: %s %s', (host, allowed) => {
    const allowedHosts = ['a.example:443', 'b.example:80', 'c.example:8080'];
    expect(isHostAllowed(host, settings({ allowedHosts }))).toBe(allowed);
  });

  it.each([
    'a.example',
    'a.example:8443',
    '10.0.0.7',
    '::1',
    '[2001:db8::1]:3000',
    'localhost',
    'a_b',
    'xn--bcher-kva.example',
  ])('accepts %s as a host', (text) => {
    expect(hostFault(text)).toBeUndefined();
  });

  it.each([
    '*',
    '*.example.org',
    '.example.org',
    'https://a.example',
    'a.example/x',
    'a.example:port',
    'bücher.example',
    'a b',
  ])('refuses %s, which can match nothing', (text) => {
    expect(hostFault(text)).toContain('host[:port]');
  });

  it('accepts any host outside production, and in production while none is configured', () => {
    expect(isHostAllowed('x.example', settings({ production: false, publicUrl: 'https://a.example' }))).toBe(true);
    expect(isHostAllowed('x.example', settings())).toBe(true);
    expect(isHostAllowed(undefined, settings())).toBe(true);
  });

  it.each([
    ['a.example', true],
    ['A.EXAMPLE:443', true],
    ['a.example.', true],
    ['localhost:3000', true],
    ['127.0.0.1', true],
    ['[::1]:3000', true],
    ['evil.example', false],
    ['a.example.evil.example', false],
    ['a.example@evil.example', false],
    ['', false],
    [undefined, false],
  ])('in production with a public address: %s %s', (host, allowed) => {
    expect(isHostAllowed(host, settings({ publicUrl: 'https://a.example:8443' }))).toBe(allowed);
  });

  it.each([
    ['b.example', true],
    ['b.example:99', true],
    ['c.example:81', true],
    ['c.example', false],
    ['[2001:db8::1]:3000', true],
    ['localhost', false],
    ['a.example', false],
  ])('with a list, whatever else is configured: %s %s', (host, allowed) => {
    const allowedHosts = ['B.example', 'c.example:81', '2001:db8::1'];
    expect(isHostAllowed(host, settings({ production: false, allowedHosts, publicUrl: 'https://a.example' }))).toBe(
      allowed,
    );
  });
});
