import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ANY_TYPE, isShownInline, typeOf } from './media-type.js';

const bytes = (...parts: (string | number | Buffer)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'number') return Buffer.alloc(part);
      return typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
    }),
  );
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const APNG = bytes(PNG.subarray(0, 33), '\0\0\0\x08acTL\0\0\0\x01\0\0\0\0', 4, PNG.subarray(33));
const WEBP = bytes('RIFF\x24\0\0\0WEBPVP8 ', 24);
const OPUS = bytes('OggS\0\x02', 20, '\x01\x13OpusHead\x01\x01', 40);
const VORBIS = bytes('OggS\0\x02', 20, '\x01\x1e\x01vorbis', 40);
const CFB = bytes(Buffer.from('d0cf11e0a1b11ae1', 'hex'), 600);
const AVI = bytes('RIFF\x24\0\0\0AVI LIST', 40);
const WAV = bytes('RIFF\x24\0\0\0WAVEfmt ', 40);
const ASF = bytes(
  Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex'),
  Buffer.from('6600000000000000010000000102', 'hex'),
  Buffer.from('9107dcb7b7a9cf118ee600c00c205365', 'hex'),
  Buffer.from('4800000000000000', 'hex'),
  Buffer.from('409e69f84d5bcf11a8fd00805f5c442b', 'hex'),
  40,
);
const PROFILED_PNG = bytes(PNG.subarray(0, 33), '\0\x08\0\0iCCP', 0x80000, 4, PNG.subarray(33));
const HEIC = bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 40);
const M4A = bytes('\0\0\0\x18ftypM4A \0\0\0\0M4A mp42', 40);
const MP4 = bytes('\0\0\0\x18ftypisom\0\0\0\0isommp42', 40);
const THREE_GP = bytes('\0\0\0\x18ftyp3gp5\0\0\0\x003gp5isom', 40);
const MATROSKA = bytes(Buffer.from('1a45dfa38b4282886d6174726f736b61', 'hex'), 60);
const WEBM = bytes(Buffer.from('1a45dfa3874282847765626d', 'hex'), 60);
/** With a picture in its tag that is longer than what is looked at. */
const MP3 = bytes('ID3\x03\0\0\0\0\x7f\x7f', 4_090);
const PDF = bytes('%PDF-1.4\n%\xe2\xe3\n1 0 obj\n');
const EXE = bytes('MZ', 200);
const HTML = bytes('<!DOCTYPE html><script>alert(1)</script>');
const SVG = bytes('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>');
const TEXT = Buffer.from('grüße, überall ü').subarray(0, -1);
const LATIN = bytes('gr\xfc\xdfe;1\r\n');
const UTF16 = Buffer.from('\ufeffa;b\r\n', 'utf16le');
const NOISE = Buffer.from([0, 1, 2, 3, 200, 201]);
const OPEN_XML = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

function zip(name: string, content: string): Buffer {
  const data = deflateRawSync(content);
  const head = Buffer.alloc(30);
  head.write('PK\x03\x04', 'latin1');
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(data.length, 18);
  head.writeUInt32LE(content.length, 22);
  head.writeUInt16LE(name.length, 26);
  return bytes(head, name, data, 22);
}

describe('typeOf', () => {
  it.each([
    ['a picture', PNG, 'image/png', 'image/png'],
    ['a picture nobody named', PNG, undefined, 'image/png'],
    ['a picture under a nonsensical name', PNG, 'nonsense', 'image/png'],
    ['a picture with a large colour profile', PROFILED_PNG, 'image/png', 'image/png'],
    ['an animated PNG', APNG, 'image/png', 'image/apng'],
    ['a picture of a phone', HEIC, 'image/heif', 'image/heic'],
    ['a voice note', OPUS, 'audio/ogg; codecs=opus', 'audio/ogg'],
    ['a voice note under the name of its codec', OPUS, 'audio/opus', 'audio/opus'],
    ['a voice note under the name of its container', VORBIS, 'application/ogg', 'audio/ogg'],
    ['a voice note nobody named', OPUS, undefined, 'audio/ogg'],
    ['a song as Apple names it', M4A, 'audio/x-m4a', 'audio/x-m4a'],
    ['a song under its registered name', M4A, 'audio/mp4', 'audio/mp4'],
    ['a song with a large tag', MP3, 'audio/mp3', 'audio/mp3'],
    ['a film without pictures', WEBM, 'audio/webm', 'audio/webm'],
    ['a film of a phone', THREE_GP, 'video/3gpp', 'video/3gpp'],
    ['a sound of a phone', THREE_GP, 'audio/3gpp', 'audio/3gpp'],
    ['a film under the name of a neighbour', MP4, 'video/quicktime', 'video/quicktime'],
    ['a Matroska film', MATROSKA, 'video/x-matroska', 'video/x-matroska'],
    ['an AVI film', AVI, 'video/x-msvideo', 'video/x-msvideo'],
    ['an AVI film as others name it', AVI, 'video/avi', 'video/avi'],
    ['a Windows film', ASF, 'video/x-ms-wmv', 'video/x-ms-wmv'],
    ['a Windows sound', ASF, 'audio/x-ms-wma', 'audio/x-ms-wma'],
    ['a sound', WAV, 'audio/x-wav', 'audio/x-wav'],
    ['an old Office document', CFB, 'application/msword', 'application/msword'],
    ['an old sheet', CFB, 'application/vnd.ms-excel', 'application/vnd.ms-excel'],
    ['a mail of Outlook', CFB, 'application/vnd.ms-outlook', 'application/vnd.ms-outlook'],
    ['an Office document', zip('a/b.xml', 'x'), OPEN_XML, OPEN_XML],
    ['an archive as Windows names it', zip('a', 'x'), 'application/x-zip-compressed', 'application/x-zip-compressed'],
    ['a book', zip('mimetype', 'x'), 'application/epub+zip', 'application/epub+zip'],
    ['a document', PDF, 'application/pdf; x=y', 'application/pdf'],
    ['a drawing', SVG, 'image/svg+xml', 'image/svg+xml'],
    ['data as XML', SVG, 'text/xml', 'text/xml'],
    ['data of a kind of XML', SVG, 'application/gpx+xml', 'application/gpx+xml'],
    ['a web page', HTML, 'text/html', 'text/html'],
    ['text', TEXT, 'text/markdown', 'text/markdown'],
    ['text nobody named', TEXT, ANY_TYPE, 'text/plain'],
    ['a table that is not UTF-8', LATIN, 'text/csv', 'text/csv'],
    ['a table of Excel', UTF16, 'text/csv', 'text/csv'],
    ['an address', bytes('BEGIN:VCARD\r\nVERSION:3.0\r\n'), 'text/x-vcard', 'text/x-vcard'],
    ['a date', bytes('BEGIN:VCALENDAR\r\n'), 'text/calendar; method=REQUEST', 'text/calendar'],
    ['text that begins like a picture', bytes('BMW drives'), 'text/plain', 'text/plain'],
    ['text that begins like a picture, unnamed', bytes('BMW drives'), undefined, 'text/plain'],
  ])('sees %s', async (_name, head, declared, type) => {
    expect(await typeOf(head, declared)).toEqual({ type, isDownload: false });
  });

  it.each([
    ['a program as a picture', EXE, 'image/png', 'application/x-msdownload'],
    ['a web page as a picture', HTML, 'image/png', 'text/plain'],
    ['text as a picture', TEXT, 'image/jpeg', 'text/plain'],
    ['a picture as text', PNG, 'text/plain', 'image/png'],
    ['one picture as another', WEBP, 'image/jpeg', 'image/webp'],
    ['noise as a film', NOISE, 'video/mp4', ANY_TYPE],
    ['noise as text', NOISE, 'text/plain', ANY_TYPE],
    ['noise', NOISE, undefined, ANY_TYPE],
    ['noise under its own name', NOISE, 'application/x-own', 'application/x-own'],
    ['text under its own name', TEXT, 'application/x-own', 'application/x-own'],
    ['text as a document', TEXT, 'application/pdf', 'text/plain'],
    ['plain text that is not UTF-8', LATIN, 'text/plain', 'text/plain'],
    ['an Office document as an old one', zip('a', 'x'), 'application/msword', 'application/zip'],
  ])('takes %s as a download of what it is', async (_name, head, declared, type) => {
    expect(await typeOf(head, declared)).toEqual({ type, isDownload: true });
  });
});

describe('isShownInline', () => {
  it.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'application/xml', 'text/xml', ANY_TYPE])(
    'never lets %s be shown in place, which can run',
    (type) => {
      expect(isShownInline({ type, isDownload: false })).toBe(false);
    },
  );

  it('lets pictures, sounds and films be shown, under any of their names, unless they are something else', () => {
    const named = ['image/png', 'audio/x-wav', 'audio/x-m4a', 'audio/mp4', 'video/webm', 'image/apng'].concat([
      'audio/mp3',
      'audio/opus',
      'audio/wave',
      'audio/3gpp',
      'video/x-m4v',
      'audio/x-mp3',
    ]);
    for (const type of named) {
      expect(isShownInline({ type, isDownload: false })).toBe(true);
      expect(isShownInline({ type, isDownload: true })).toBe(false);
    }
  });
});
