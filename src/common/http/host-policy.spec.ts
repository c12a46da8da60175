import { describe, expect, it } from 'vitest';
import { isHostAllowed } from './host-policy.js';

const settings = (changes: object = {}) => ({
  production: true,
  allowedHosts: undefined,
  publicUrl: undefined,
  ...changes,
});

describe('the host policy', () => {
  it('answers any host outside production, and in production while nothing says which', () => {
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
  ])('with a list, whatever else is set: %s %s', (host, allowed) => {
    const allowedHosts = ['B.example', 'c.example:81', '2001:db8::1'];
    expect(isHostAllowed(host, settings({ production: false, allowedHosts, publicUrl: 'https://a.example' }))).toBe(
      allowed,
    );
  });
});
