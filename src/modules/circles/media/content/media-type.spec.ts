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
/** Its tag contains a picture longer than the part that is examined. */
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
    ['a picture without a type', PNG, undefined, 'image/png'],
    ['a picture with a nonsensical type', PNG, 'nonsense', 'image/png'],
    ['a picture with a large colour profile', PROFILED_PNG, 'image/png', 'image/png'],
    ['an animated PNG', APNG, 'image/png', 'image/apng'],
    ['a picture from a phone', HEIC, 'image/heif', 'image/heic'],
    ['a voice note', OPUS, 'audio/ogg; codecs=opus', 'audio/ogg'],
    ['a voice note with the type of its codec', OPUS, 'audio/opus', 'audio/opus'],
    ['a voice note with the type of its container', VORBIS, 'application/ogg', 'audio/ogg'],
    ['a voice note without a type', OPUS, undefined, 'audio/ogg'],
    ['a song with Apple’s type', M4A, 'audio/x-m4a', 'audio/x-m4a'],
    ['a song with its registered type', M4A, 'audio/mp4', 'audio/mp4'],
    ['a song with a large tag', MP3, 'audio/mp3', 'audio/mp3'],
    ['a video file with sound only', WEBM, 'audio/webm', 'audio/webm'],
    ['a video from a phone', THREE_GP, 'video/3gpp', 'video/3gpp'],
    ['a recording from a phone', THREE_GP, 'audio/3gpp', 'audio/3gpp'],
    ['a video with a related type', MP4, 'video/quicktime', 'video/quicktime'],
    ['a Matroska video', MATROSKA, 'video/x-matroska', 'video/x-matroska'],
    ['an AVI video', AVI, 'video/x-msvideo', 'video/x-msvideo'],
    ['an AVI video with another common type', AVI, 'video/avi', 'video/avi'],
    ['a Windows film', ASF, 'video/x-ms-wmv', 'video/x-ms-wmv'],
    ['a Windows sound', ASF, 'audio/x-ms-wma', 'audio/x-ms-wma'],
    ['a sound', WAV, 'audio/x-wav', 'audio/x-wav'],
    ['an old Office document', CFB, 'application/msword', 'application/msword'],
    ['an old Excel sheet', CFB, 'application/vnd.ms-excel', 'application/vnd.ms-excel'],
    ['an Outlook email', CFB, 'application/vnd.ms-outlook', 'application/vnd.ms-outlook'],
    ['an Office document', zip('a/b.xml', 'x'), OPEN_XML, OPEN_XML],
    ['an archive with Windows’ type', zip('a', 'x'), 'application/x-zip-compressed', 'application/x-zip-compressed'],
    ['a book', zip('mimetype', 'x'), 'application/epub+zip', 'application/epub+zip'],
    ['a document', PDF, 'application/pdf; x=y', 'application/pdf'],
    ['a drawing', SVG, 'image/svg+xml', 'image/svg+xml'],
    ['data as XML', SVG, 'text/xml', 'text/xml'],
    ['data in an XML-based format', SVG, 'application/gpx+xml', 'application/gpx+xml'],
    ['a web page', HTML, 'text/html', 'text/html'],
    ['text', TEXT, 'text/markdown', 'text/markdown'],
    ['text without a type', TEXT, ANY_TYPE, 'text/plain'],
    ['a table that is not UTF-8', LATIN, 'text/csv', 'text/csv'],
    ['an Excel table', UTF16, 'text/csv', 'text/csv'],
    ['an address', bytes('BEGIN:VCARD\r\nVERSION:3.0\r\n'), 'text/x-vcard', 'text/x-vcard'],
    ['a date', bytes('BEGIN:VCALENDAR\r\n'), 'text/calendar; method=REQUEST', 'text/calendar'],
    ['text that begins like a picture', bytes('BMW drives'), 'text/plain', 'text/plain'],
    ['text that begins like a picture, without a type', bytes('BMW drives'), undefined, 'text/plain'],
  ])('recognizes %s', async (_name, head, declared, type) => {
    expect(await typeOf(head, declared)).toEqual({ type, isDownload: false });
  });

  it.each([
    ['a program as a picture', EXE, 'image/png', 'application/x-msdownload'],
    ['a web page as a picture', HTML, 'image/png', 'text/plain'],
    ['text as a picture', TEXT, 'image/jpeg', 'text/plain'],
    ['a picture as text', PNG, 'text/plain', 'image/png'],
    ['one picture as another', WEBP, 'image/jpeg', 'image/webp'],
    ['noise as a video', NOISE, 'video/mp4', ANY_TYPE],
    ['noise as text', NOISE, 'text/plain', ANY_TYPE],
    ['noise', NOISE, undefined, ANY_TYPE],
    ['noise with its own type', NOISE, 'application/x-own', 'application/x-own'],
    ['text with its own type', TEXT, 'application/x-own', 'application/x-own'],
    ['text as a document', TEXT, 'application/pdf', 'text/plain'],
    ['plain text that is not UTF-8', LATIN, 'text/plain', 'text/plain'],
    ['an Office document as an old one', zip('a', 'x'), 'application/msword', 'application/zip'],
  ])('treats %s as a download of its real type', async (_name, head, declared, type) => {
    expect(await typeOf(head, declared)).toEqual({ type, isDownload: true });
  });
});

describe('isShownInline', () => {
  it.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'application/xml', 'text/xml', ANY_TYPE])(
    'never lets %s, which can run scripts, be shown inline',
    (type) => {
      expect(isShownInline({ type, isDownload: false })).toBe(false);
    },
  );

  it('lets images, audio and video be shown under any of their types, unless they are something else', () => {
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
