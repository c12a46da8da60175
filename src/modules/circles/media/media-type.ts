import { fileTypeFromBuffer } from 'file-type';
import { isUtf8 } from 'node:buffer';

/** Bytes of a file's beginning that its type is seen from. */
export const HEAD_BYTES = 4_100;

export const ANY_TYPE = 'application/octet-stream';
const PLAIN_TEXT = 'text/plain';

/** Names of one type, the first being the one we use. */
const ALIASES: readonly (readonly string[])[] = [
  ['image/jpeg', 'image/jpg', 'image/pjpeg'],
  ['image/x-icon', 'image/vnd.microsoft.icon'],
  ['image/bmp', 'image/x-ms-bmp'],
  ['audio/wav', 'audio/wave', 'audio/x-wav', 'audio/vnd.wave'],
  ['audio/mpeg', 'audio/mp3'],
  ['audio/flac', 'audio/x-flac'],
  [
    'audio/mp4',
    'audio/x-m4a',
    'audio/m4a',
    'audio/aac',
    'video/mp4',
    'video/x-m4v',
    'video/quicktime',
    'audio/mp4a-latm',
  ],
  ['audio/webm', 'video/webm', 'video/matroska', 'video/x-matroska', 'audio/x-matroska', 'audio/matroska'],
  ['audio/ogg', 'video/ogg', 'application/ogg', 'audio/opus', 'audio/vorbis'],
  ['application/gzip', 'application/x-gzip'],
  ['application/xml', 'text/xml', 'image/svg+xml', 'application/xhtml+xml'],
  ['application/vnd.rar', 'application/x-rar-compressed', 'application/x-rar'],
];

/** Formats that are ZIP archives inside. */
const IN_ZIP = /^application\/(?:vnd\.openxmlformats|vnd\.oasis|epub|java-archive|vnd\.android|x-zip|zip|vnd\.ms-)/;
/** Formats that are seen from the beginning of a file, so one that claims to be such and is not seen to be is not. */
const VISIBLE = /^(?:image\/(?!svg)|audio\/|video\/|application\/(?:pdf|zip|gzip|vnd\.rar|x-7z-compressed)$)/;
const TEXTUAL =
  /^(?:text\/|image\/svg\+xml$|application\/(?:json|xml|[\w.-]+\+(?:json|xml)|javascript|ecmascript|x-ndjson)$)/;

/** What browsers may show instead of saving it: nothing that can run. */
const INLINE = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/wav',
  'audio/flac',
  'audio/webm',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  PLAIN_TEXT,
]);

/**
 * The type of a file: what its content looks like, compared with what its sender says it is.
 * @param head its first bytes
 * @param declared as sent, with or without parameters
 * @returns `undefined` when it is not what it is said to be
 */
export async function typeOf(head: Buffer, declared: string | undefined): Promise<string | undefined> {
  const said = essence(declared);
  const seen = (await fileTypeFromBuffer(head))?.mime.toLowerCase();
  if (said === ANY_TYPE) return seen ?? (isText(head) ? PLAIN_TEXT : ANY_TYPE);
  if (seen !== undefined) return agree(said, seen) ? (moreExact(said, seen) ?? seen) : undefined;
  if (VISIBLE.test(said)) return undefined;
  if (TEXTUAL.test(said)) return isText(head) ? said : undefined;
  return said;
}

/** Whether a browser may show content of this type in place. */
export const isShownInline = (type: string): boolean => INLINE.has(type);

function essence(declared: string | undefined): string {
  const type = declared?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type.length <= 127 && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type) ? type : ANY_TYPE;
}

function agree(said: string, seen: string): boolean {
  return said === seen || familyOf(said) === familyOf(seen) || (IN_ZIP.test(said) && IN_ZIP.test(seen));
}

/** Where the content leaves open which of the family it is, the sender knows better. */
function moreExact(said: string, seen: string): string | undefined {
  if (seen === 'application/zip' || seen === 'application/xml') return said === 'text/xml' ? seen : said;
  return /^(?:audio|video)\//.test(said) && familyOf(said) === familyOf(seen) ? said : undefined;
}

const familyOf = (type: string): string => ALIASES.find((names) => names.includes(type))?.[0] ?? type;

/** Whether it looks like text in UTF-8; its last character may be cut. */
function isText(head: Buffer): boolean {
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) return false;
  for (let cut = 0; cut < 4 && cut <= head.length; cut++) if (isUtf8(head.subarray(0, head.length - cut))) return true;
  return false;
}
