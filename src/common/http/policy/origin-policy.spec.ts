import { describe, expect, it } from 'vitest';
import { isOriginAllowed, originFault } from './origin-policy.js';

const settings = (changes: object = {}) => ({
  production: true,
  allowedOrigins: undefined,
  publicUrl: undefined,
  ...changes,
});

describe('the origin policy', () => {
  it('admits clients that are not pages', () => {
    expect(isOriginAllowed(undefined, 'a.example', settings({ allowedOrigins: ['https://b.example'] }), false)).toBe(
      true,
    );
  });

  it('admits every origin outside production, unless there is a list', () => {
    expect(isOriginAllowed('https://x.example', 'a.example', settings({ production: false }), false)).toBe(true);
    expect(isOriginAllowed('null', 'a.example', settings({ production: false }), false)).toBe(true);
    const listed = settings({ production: false, allowedOrigins: ['https://b.example'] });
    expect(isOriginAllowed('https://x.example', 'a.example', listed, false)).toBe(false);
  });

  it.each([
    ['http://a.example', 'a.example', false, true],
    ['http://a.example', 'A.example:80', false, true],
    ['http://a.example:3000', 'a.example:3000', false, true],
    ['https://a.example', 'a.example', true, true],
    ['https://a.example', 'a.example:443', true, true],
    ['http://[::1]:3000', '[::1]:3000', false, true],
    ['https://a.example', 'a.example', false, false],
    ['http://a.example', 'a.example', true, false],
    ['http://a.example:3001', 'a.example:3000', false, false],
    ['http://evil.example', 'a.example', false, false],
    ['http://a.example.evil.example', 'a.example', false, false],
    ['null', 'a.example', false, false],
    ['', 'a.example', false, false],
    ['file://', 'a.example', false, false],
    ['http://a.example', undefined, false, false],
    ['http://a.example', 'not a host', false, false],
  ])('in production: the page of %s at host %s (TLS %s): %s', (origin, host, isTls, allowed) => {
    expect(isOriginAllowed(origin, host, settings(), isTls)).toBe(allowed);
  });

  it.each([
    ['capacitor://localhost', 'capacitor://localhost'],
    ['ionic://localhost', 'ionic://localhost'],
    ['app://my.app', 'app://MY.app'],
    ['app://.', 'app://.'],
    ['tauri://localhost', 'tauri://localhost'],
    ['chrome-extension://abcdefghijklmnopabcdefghijklmnop', 'chrome-extension://abcdefghijklmnopabcdefghijklmnop'],
    ['safari-web-extension://1A2B-3C', 'safari-web-extension://1a2b-3c'],
    ['http://localhost:5173', 'http://LOCALHOST:5173'],
    ['https://app.example:443', 'https://app.example'],
    ['https://app.example', 'https://app.example.'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['http://[::1]:3000', 'http://[0::1]:3000'],
    ['file://', 'file://'],
    ['null', 'null'],
  ])('admits the page that is %s in the list and %s in the browser, and no other', (item, origin) => {
    expect(originFault(item)).toBeUndefined();
    const listed = settings({ allowedOrigins: [item] });
    expect(isOriginAllowed(origin, 'a.example', listed, false)).toBe(true);
    for (const other of ['null', 'file://', 'capacitor://evil', 'https://localhost', 'app://x', `${origin}x`]) {
      if (other !== origin) expect(isOriginAllowed(other, 'a.example', listed, false)).toBe(false);
    }
  });

  it.each([
    '*',
    'https://*',
    'https://*.example.org',
    'https://.example.org',
    'https://a..example.org',
    'https://example.org:*',
    'https://example.org:99999',
    'https://example.org/app',
    'https://example.org?x',
    'https://user@example.org',
    'https://(a|b).example.org',
    'chrome-extension://*',
    'capacitor://',
    'https://',
    'example.org',
    '//example.org',
    'wss://example.org',
    'ws://example.org',
    'data:text/html',
    'NULL',
  ])('refuses %s, which can match nothing', (text) => {
    expect(originFault(text)).toContain('scheme://host[:port]');
  });

  it('matches a list exactly, including the public address', () => {
    const listed = settings({
      allowedOrigins: ['https://app.example/', 'http://b.example:81'],
      publicUrl: 'https://me.example/x',
    });
    const allowed = (origin: string) => isOriginAllowed(origin, 'a.example', listed, false);
    expect(allowed('https://app.example')).toBe(true);
    expect(allowed('https://APP.example:443')).toBe(true);
    expect(allowed('http://b.example:81')).toBe(true);
    expect(allowed('https://me.example')).toBe(true);
    expect(allowed('http://a.example')).toBe(false);
    expect(allowed('http://app.example')).toBe(false);
    expect(allowed('https://sub.app.example')).toBe(false);
  });
});
