import { describe, expect, it } from 'vitest';
import { ownPath } from './own-path.js';

describe('the return path of a sign-in', () => {
  it.each([
    ['/', '/'],
    ['/console/', '/console/'],
    ['/console/audit?action=auth.login', '/console/audit?action=auth.login'],
    ['/console/#code=forged', '/console/'],
    ['/a/../console/', '/console/'],
    ['/é', '/%C3%A9'],
    ['/https://evil.example/', '/https://evil.example/'],
  ])('may be %s', (text, path) => {
    expect(ownPath(text)).toBe(path);
  });

  it.each([
    '',
    'console',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/x/..//evil.example',
    '/.//evil.example',
    '/%2e//evil.example',
    '/x/%2E%2E//evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/console/\r\nSet-Cookie: a=b',
    '/con sole',
    '/\u202e',
    `/${'x'.repeat(600)}`,
    `/${'é'.repeat(300)}`,
  ])('may not be %j', (text) => {
    expect(ownPath(text)).toBeUndefined();
  });
});
