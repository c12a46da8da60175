import { fileTypeFromBuffer, supportedMimeTypes } from 'file-type';
import { isUtf8 } from 'node:buffer';

/** Bytes at the beginning of a file that its type is detected from: a PNG may begin with a large colour profile. */
export const HEAD_BYTES = 1_048_576;
/** Bytes that tell text from other content. */
const TEXT_BYTES = 4_096;

export const ANY_TYPE = 'application/octet-stream';
const PLAIN_TEXT = 'text/plain';

/**
 * Names for one kind of content, the first being the one used here: aliases, and formats of one container that its
 * beginning does not tell apart. An `x-` prefix makes no difference.
 */
const KINDS: readonly (readonly string[])[] = [
  ['image/jpeg', 'image/jpg', 'image/pjpeg', 'image/jfif'],
  ['image/png', 'image/apng', 'image/vnd.mozilla.apng'],
  ['image/heic', 'image/heif', 'image/heic-sequence', 'image/heif-sequence'],
  ['image/icon', 'image/vnd.microsoft.icon', 'image/ico'],
  ['image/bmp', 'image/ms-bmp', 'image/windows-bmp'],
  ['image/tiff', 'image/tif', 'image/adobe-dng', 'image/nikon-nef', 'image/sony-arw', 'image/canon-cr2'],
  ['image/vnd.adobe.photoshop', 'image/photoshop', 'image/psd', 'application/photoshop'],
  ['audio/wav', 'audio/wave', 'audio/vnd.wave', 'audio/pn-wav'],
  ['audio/mpeg', 'audio/mp3', 'audio/mpeg3', 'audio/mpg'],
  ['audio/flac', 'application/flac'],
  ['audio/aiff', 'audio/aif'],
  ['audio/midi', 'audio/mid', 'application/midi'],
  ['audio/amr', 'audio/amr-nb', 'audio/amr-wb'],
  ['audio/mp4', 'audio/m4a', 'audio/aac', 'audio/aacp', 'audio/m4b', 'audio/mp4a-latm', 'application/mp4']
    .concat('video/mp4', 'video/m4v', 'video/quicktime', 'video/mov')
    .concat('video/3gpp', 'audio/3gpp', 'video/3gp', 'audio/3gp', 'video/3gpp2', 'audio/3gpp2'),
  ['audio/webm', 'video/webm', 'video/matroska', 'audio/matroska', 'video/mkv', 'application/matroska'],
  ['audio/ogg', 'video/ogg', 'application/ogg', 'audio/opus', 'audio/vorbis', 'audio/speex'],
  ['video/vnd.avi', 'video/avi', 'video/msvideo', 'application/troff-msvideo'],
  ['video/ms-asf', 'audio/ms-asf', 'application/vnd.ms-asf', 'video/ms-wmv', 'audio/ms-wma', 'audio/wma', 'video/wmv'],
  ['video/mpeg', 'video/mp1s', 'video/mp2p', 'video/mp2t', 'video/mpg'],
  ['application/gzip', 'application/gzip-compressed', 'application/tgz', 'application/compressed-tar'],
  ['application/bzip2', 'application/bzip'],
  ['application/rar', 'application/vnd.rar', 'application/rar-compressed'],
  ['application/rtf', 'text/rtf', 'text/richtext'],
  ['application/postscript', 'application/eps', 'image/eps'],
  ['application/pdf', 'application/acrobat', 'text/pdf'],
  ['application/msdownload', 'application/vnd.microsoft.portable-executable', 'application/dosexec', 'application/exe'],
  ['application/sqlite3', 'application/vnd.sqlite3', 'application/sqlite'],
  ['text/vcard', 'text/directory'],
  ['text/calendar', 'application/ics'],
];

/** Containers, which are named by their content. */
const CONTAINERS: Readonly<Record<string, RegExp>> = {
  'application/zip':
    /^application\/(?:zip|zip-compressed|epub\+zip|java-archive|xpinstall|vnd\.(?:openxmlformats|oasis|android|ms-|sun|apple|google-earth).*)$|^model\/3mf$|\+zip$/,
  'application/cfb':
    /^application\/(?:cfb|ole-storage|msword|msexcel|mspowerpoint|msi|mspublisher|vnd\.(?:ms-|visio).*)$|^image\/vnd\.fpx$/,
  'application/xml': /^(?:application|text)\/xml(?:-dtd)?$|\+xml$/,
  'application/gzip': /\+gzip$|^application\/(?:emz|svgz)$/,
};

const TEXTUAL =
  /^text\/|\+(?:json|xml|yaml)$|^application\/(?:json|json5|xml|xml-dtd|yaml|toml|sql|sh|javascript|ecmascript|typescript|ndjson|jsonlines|subrip|pem-file|ms-regedit|ics)$|^message\/rfc822$/;
/** Text that begins with a signature of its own. */
const MARKED = /^application\/(?:rtf|pdf|postscript|eps|pgp-.*)$|^model\/stl$/;

/** Types that browsers may show instead of saving: none of them can run anything. */
const INLINE = new Set(
  ['image/png', 'image/apng', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']
    .concat('audio/mpeg', 'audio/mp4', 'audio/m4a', 'audio/aac', 'audio/ogg', 'audio/wav', 'audio/flac', 'audio/webm')
    .concat('audio/mp3', 'audio/wave', 'audio/vnd.wave', 'audio/aacp', 'audio/opus', 'audio/vorbis', 'audio/3gpp')
    .concat('video/mp4', 'video/m4v', 'video/3gpp', 'video/webm', 'video/ogg', 'video/quicktime', PLAIN_TEXT),
);

export interface ContentType {
  readonly type: string;
  /** To be saved, whatever its type: it is not what its sender says, or browsers cannot tell how to show it. */
  readonly isDownload: boolean;
}

/**
 * The type of a file: what its content looks like, compared with what its sender says.
 * @param head its first bytes
 * @param declared as sent, with or without parameters
 */
export async function typeOf(head: Buffer, declared: string | undefined): Promise<ContentType> {
  const said = essence(declared);
  const beginning = head.subarray(0, TEXT_BYTES);
  const text = looksLikeText(beginning);
  if (text && TEXTUAL.test(plain(said))) return { type: said, isDownload: isOddText(said, beginning) };
  const seen = await seenIn(head, text);
  if (seen !== undefined) {
    const agrees = said === ANY_TYPE || isSameKind(said, seen);
    return { type: agrees ? moreExact(said, seen) : seen, isDownload: !agrees };
  }
  // If it were what the sender says, it would have been detected.
  const isOther = said === ANY_TYPE || TEXTUAL.test(plain(said)) || VISIBLE.has(kindOf(said));
  if (!isOther) return { type: said, isDownload: true };
  return text
    ? { type: PLAIN_TEXT, isDownload: said !== ANY_TYPE || isOddText(PLAIN_TEXT, beginning) }
    : { type: ANY_TYPE, isDownload: true };
}

/** Whether a browser may show content of this type in place. */
export const isShownInline = ({ type, isDownload }: ContentType): boolean => !isDownload && INLINE.has(plain(type));

function essence(declared: string | undefined): string {
  const type = declared?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type.length <= 127 && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type) ? type : ANY_TYPE;
}

/**
 * The detected type. Text may happen to begin with the signature of a picture or program, but those never look like
 * text.
 */
async function seenIn(head: Buffer, text: boolean): Promise<string | undefined> {
  const type = await fileTypeFromBuffer(head);
  if (type === undefined) return undefined;
  const seen = essence(type.mime);
  return text && !TEXTUAL.test(plain(seen)) && !MARKED.test(plain(seen)) ? undefined : seen;
}

const plain = (type: string): string => type.replace('/x-', '/');

function kindOf(type: string): string {
  const name = plain(type);
  return KINDS.find((names) => names.includes(name))?.[0] ?? name;
}

const VISIBLE: ReadonlySet<string> = new Set([...supportedMimeTypes].map((type) => kindOf(essence(type))));

function isSameKind(said: string, seen: string): boolean {
  if (kindOf(said) === kindOf(seen)) return true;
  return Object.values(CONTAINERS).some((names) => names.test(plain(said)) && names.test(plain(seen)));
}

/** Where the content does not tell which format of its kind it is, the sender knows better. */
function moreExact(said: string, seen: string): string {
  if (said === ANY_TYPE) return seen;
  const isContainer = plain(seen) in CONTAINERS;
  return isContainer || /^(?:audio|video)\//.test(said) ? said : seen;
}

/** Whether all bytes may occur in text. */
function looksLikeText(head: Buffer): boolean {
  if (isUtf16(head)) return true;
  return head.every((byte) => byte >= 32 || (byte >= 8 && byte <= 13) || byte === 27);
}

const isUtf16 = (head: Buffer): boolean =>
  head.length >= 2 && ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff));

/** Whether plain text is not valid UTF-8, as which it is shown. Its last character may be cut off. */
function isOddText(type: string, head: Buffer): boolean {
  if (type !== PLAIN_TEXT) return false;
  for (let cut = 0; cut < 4 && cut <= head.length; cut++) if (isUtf8(head.subarray(0, head.length - cut))) return false;
  return true;
}
