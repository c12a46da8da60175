import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extensionOf, safeName } from './safe-name.js';

describe('safeName', () => {
  it.each([
    ['a.jpg', 'a.jpg'],
    ['Été à la plage.JPG', 'Été à la plage.JPG'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\system.ini', 'system.ini'],
    ['..', 'file'],
    ['', 'file'],
    ['.bashrc', 'bashrc'],
    ['a\u0000b\r\nc.txt', 'abc.txt'],
    ['\u202Egpj.exe', 'gpj.exe'],
    ['con.txt', '_con.txt'],
    ['a"b<c>.png', 'a_b_c_.png'],
    ['\ud800.txt', '\ufffd.txt'],
  ])('turns %j into %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('shortens, keeping the extension', () => {
    expect(safeName(`${'x'.repeat(500)}.jpeg`)).toBe(`${'x'.repeat(115)}.jpeg`);
    expect(safeName('👋'.repeat(100))).toHaveLength(120);
  });

  it('never returns a path, a control character or nothing, and leaves its own results alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const safe = safeName(name);
        expect(safe).toMatch(/^[^/\\\u0000-\u001f"]{1,121}$/);
        expect(safeName(safe)).toBe(safe);
      }),
    );
  });
});

describe('extensionOf', () => {
  it.each([
    ['a.JPG', 'jpg'],
    ['a.tar.gz', 'gz'],
    ['a', null],
    ['a.', null],
    ['a.b c', null],
  ])('of %j is %j', (name, extension) => {
    expect(extensionOf(name)).toBe(extension);
  });
});
