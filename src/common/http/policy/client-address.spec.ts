import { describe, expect, it } from 'vitest';
import { addressKey, clientAddress, isTlsRequest, normalizeAddress, AddressRanges } from './client-address.js';

const NONE = new AddressRanges([]);
const PROXIES = new AddressRanges(['10.0.0.0/8', '192.0.2.1', '2001:db8:1::/48', '::ffff:198.51.100.0/120']);

describe('the client address', () => {
  it('is the remote one, whatever is forwarded, without trusted proxies', () => {
    expect(clientAddress('203.0.113.5', '1.1.1.1', NONE)).toBe('203.0.113.5');
    expect(clientAddress('203.0.113.5', '1.1.1.1', PROXIES)).toBe('203.0.113.5');
  });

  it('is without the IPv6 form of an IPv4 address, and without a zone', () => {
    expect(clientAddress('::ffff:203.0.113.5', undefined, NONE)).toBe('203.0.113.5');
    expect(normalizeAddress('FE80::1%eth0')).toBe('fe80::1');
    expect(clientAddress(undefined, undefined, NONE)).toBe('');
  });

  it.each([
    ['10.1.2.3', '203.0.113.5', '203.0.113.5'],
    ['::ffff:10.1.2.3', '203.0.113.5', '203.0.113.5'],
    ['192.0.2.1', '203.0.113.5, 10.9.9.9', '203.0.113.5'],
    ['198.51.100.7', '203.0.113.5', '203.0.113.5'],
    ['2001:db8:1::9', '2001:DB8:2::1', '2001:db8:2::1'],
    // Everything left of the first untrusted address was written by that client.
    ['10.1.2.3', '9.9.9.9, 203.0.113.5, 10.0.0.1', '203.0.113.5'],
    ['10.1.2.3', '127.0.0.1, 203.0.113.5', '203.0.113.5'],
    ['10.1.2.3', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['10.1.2.3', '203.0.113.5:4711', '203.0.113.5'],
    ['10.1.2.3', '[2001:db8:9::1]:4711', '2001:db8:9::1'],
    ['10.1.2.3', '::ffff:203.0.113.5', '203.0.113.5'],
    ['10.1.2.3', '203.0.113.5, garbage', '10.1.2.3'],
    ['10.1.2.3', 'garbage, 10.0.0.9', '10.0.0.9'],
    ['10.1.2.3', '', '10.1.2.3'],
    ['10.1.2.3', "1.1.1.1'; DROP TABLE users", '10.1.2.3'],
  ])('of %s with «%s» is %s', (remote, forwarded, address) => {
    expect(clientAddress(remote, forwarded, PROXIES)).toBe(address);
  });

  it('is read from several headers as from one', () => {
    expect(clientAddress('10.1.2.3', ['9.9.9.9', '203.0.113.5, 10.0.0.1'], PROXIES)).toBe('203.0.113.5');
  });

  it('uses TLS if the connection does, or if a trusted proxy says so', () => {
    expect(isTlsRequest(true, '203.0.113.5', undefined, NONE)).toBe(true);
    expect(isTlsRequest(false, '203.0.113.5', 'https', PROXIES)).toBe(false);
    expect(isTlsRequest(false, '10.1.2.3', 'https', PROXIES)).toBe(true);
    // The first value is from the proxy that the client connected to.
    expect(isTlsRequest(false, '10.1.2.3', 'HTTPS, http', PROXIES)).toBe(true);
    expect(isTlsRequest(false, '10.1.2.3', ' wss ,http', PROXIES)).toBe(true);
    expect(isTlsRequest(false, '10.1.2.3', ['https', 'http'], PROXIES)).toBe(true);
    expect(isTlsRequest(false, '10.1.2.3', 'http, https', PROXIES)).toBe(false);
    expect(isTlsRequest(false, '10.1.2.3', '', PROXIES)).toBe(false);
  });

  it.each([
    ['203.0.113.5', '203.0.113.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:0db8::0006', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::', 'fe80:0:0:0::/64'],
  ])('%s is counted as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
