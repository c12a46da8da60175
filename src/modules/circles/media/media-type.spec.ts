import { describe, expect, it } from 'vitest';
import { ANY_TYPE, isShownInline, typeOf } from './media-type.js';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const PDF = Buffer.from('%PDF-1.4\n%\u00e2\u00e3\n1 0 obj\n');
const EXE = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)]);
const HTML = Buffer.from('<!DOCTYPE html><script>alert(1)</script>');
const SVG = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>');
const TEXT = Buffer.from('grüße, überall ü').subarray(0, -1);
const NOISE = Buffer.from([0, 1, 2, 3, 200, 201]);

describe('typeOf', () => {
  it.each([
    ['a picture', PNG, 'image/png', 'image/png'],
    ['a picture nobody named', PNG, undefined, 'image/png'],
    ['a picture under a nonsensical name', PNG, 'nonsense', 'image/png'],
    ['a document', PDF, 'application/pdf; x=y', 'application/pdf'],
    ['text', TEXT, 'text/markdown', 'text/markdown'],
    ['text nobody named', TEXT, ANY_TYPE, 'text/plain'],
    ['a web page', HTML, 'text/html', 'text/html'],
    ['a drawing', SVG, 'image/svg+xml', 'image/svg+xml'],
    ['noise', NOISE, undefined, ANY_TYPE],
    ['noise under its own name', NOISE, 'application/x-own', 'application/x-own'],
  ])('sees %s', async (_name, head, declared, type) => {
    expect(await typeOf(head, declared)).toBe(type);
  });

  it.each([
    ['a program as a picture', EXE, 'image/png'],
    ['a web page as a picture', HTML, 'image/png'],
    ['a picture as text', PNG, 'text/plain'],
    ['one picture as another', PNG, 'image/jpeg'],
    ['noise as a film', NOISE, 'video/mp4'],
    ['noise as text', NOISE, 'text/plain'],
    ['text as a document', TEXT, 'application/pdf'],
  ])('does not take %s', async (_name, head, declared) => {
    expect(await typeOf(head, declared)).toBeUndefined();
  });

  it('never lets what can run be shown in place', () => {
    for (const type of [
      'text/html',
      'image/svg+xml',
      'application/xhtml+xml',
      'application/xml',
      'text/xml',
      ANY_TYPE,
    ]) {
      expect(isShownInline(type)).toBe(false);
    }
    expect(isShownInline('image/png')).toBe(true);
  });
});
