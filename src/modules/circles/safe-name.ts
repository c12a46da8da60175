// Both in UTF-16 code units.
const MAX_LENGTH = 120;
const MAX_EXTENSION = 16;
const FALLBACK = 'file';

/** Names that Windows reserves for devices, with any extension. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * A file name that is safe to show, to put into a header and to save under: the last part of a path, without control
 * and direction-changing characters and characters that file systems refuse. Never empty.
 */
export function safeName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  const short = shorten(clean);
  if (short === '') return FALLBACK;
  return RESERVED.test(short) ? `_${short}` : short;
}

/** The extension of a safe name in lower case, without the dot; `null` when there is none. */
export function extensionOf(name: string): string | null {
  const match = /[^.]\.([a-z0-9]{1,16})$/i.exec(name);
  return match?.[1]?.toLowerCase() ?? null;
}

function shorten(name: string): string {
  if (name.length <= MAX_LENGTH) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= MAX_EXTENSION ? name.slice(dot) : '';
  // Cutting may split a surrogate pair.
  return name.slice(0, MAX_LENGTH - extension.length).replace(/\p{Surrogate}$/u, '') + extension;
}
