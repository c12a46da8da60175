import { describe, expect, it } from 'vitest';
import { readCommand } from './options.js';

const read = (line: string) => readCommand(line.split(' '));

describe('npm run admin', () => {
  it.each([
    ['accounts', { name: 'accounts', all: false }],
    ['accounts --all', { name: 'accounts', all: true }],
    ['keys', { name: 'keys' }],
    ['reset-admin a@b.c', { name: 'reset-admin', email: 'a@b.c' }],
    ['revoke-logins a@b.c', { name: 'revoke-logins', email: 'a@b.c' }],
    ['revoke-key 7', { name: 'revoke-key', id: 7 }],
    ['create-key x --scope *:read', { name: 'create-key', label: 'x', scopes: ['*:read'] }],
    [
      'create-key x --scope a:read --scope b:write --expires 30 --network 10.0.0.0/8',
      { name: 'create-key', label: 'x', scopes: ['a:read', 'b:write'], days: 30, networks: ['10.0.0.0/8'] },
    ],
  ])('reads «%s»', (line, command) => {
    expect(read(line)).toMatchObject(command);
  });

  it.each([
    'reset-admin',
    'create-key --scope a:read',
    'revoke-key x',
    'revoke-key 0',
    'revoke-key 1e3',
    'keys 7',
    'accounts --scope a:read',
    'keys --all',
    'create-key x --expires -1',
    'create-key x y',
    'delete-everything now',
    'constructor x',
    'accounts --force',
  ])('refuses «%s»', (line) => {
    expect(() => read(line)).toThrow(/./);
  });

  it('asks for the usage without a command and with --help', () => {
    expect(readCommand([])).toBeUndefined();
    expect(read('accounts --help')).toBeUndefined();
  });
});
