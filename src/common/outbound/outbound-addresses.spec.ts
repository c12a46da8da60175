import { describe, expect, it } from 'vitest';
import { OutboundAddresses } from './outbound-addresses.js';

describe('untrusted addresses', () => {
  const any = new OutboundAddresses([]);

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a00:1',
    '::7f00:1',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fe80::1%eth0',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
  ])('are refused: %s', (address) => {
    expect(any.has(address)).toBe(false);
  });

  it.each(['1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
    'are allowed: %s',
    (address) => {
      expect(any.has(address)).toBe(true);
    },
  );

  it('are allowed if the operator lists them', () => {
    const some = new OutboundAddresses(['10.0.0.0/8', 'fd00::/8']);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1']) expect(some.has(address)).toBe(true);
    for (const address of ['127.0.0.1', '192.168.1.1', 'fe80::1']) expect(some.has(address)).toBe(false);
  });
});
