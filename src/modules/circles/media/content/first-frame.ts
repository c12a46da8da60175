/** Parts of a file that are read in search of the first frame; the search ends there. */
const MAX_PARTS = 200_000;
/** The parts of a still WebP, or of one frame of an animated one. */
const WEBP_PARTS = ['VP8X', 'ICCP', 'ANIM', 'ANMF', 'ALPH', 'VP8 ', 'VP8L', 'EXIF'];
const GIF_END = Buffer.of(0x3b);

/**
 * A picture without its later frames and pages. Decoders count those when they open a file, some in quadratic time, and
 * cannot be interrupted meanwhile.
 * @returns `undefined` when no frame is found; formats whose decoder only looks at one picture are returned unchanged
 */
export function firstFrame(file: Buffer): Buffer | undefined {
  const magic = file.toString('latin1', 0, 4);
  if (magic === 'GIF8') return gif(file);
  if (magic === 'RIFF') return webp(file);
  if (/^(?:II[*+]\0|MM\0[*+])/.test(magic)) return tiff(file);
  return file;
}

function gif(file: Buffer): Buffer | undefined {
  const tableAt = (flagsAt: number): number => {
    const flags = file[flagsAt] ?? 0;
    return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
  };
  let at = 13 + tableAt(10);
  for (let parts = 0; parts < MAX_PARTS; parts++) {
    const kind = file[at];
    const isImage = kind === 0x2c;
    if (!isImage && kind !== 0x21) return undefined;
    // A descriptor, its colour table and the code size; or the label of an extension.
    at += isImage ? 11 + tableAt(at + 9) : 2;
    for (; (file[at] ?? 0) > 0 && parts < MAX_PARTS; parts++) at += 1 + (file[at] ?? 0);
    if (file[at] !== 0) return undefined;
    at++;
    if (isImage) return Buffer.concat([file.subarray(0, at), GIF_END]);
  }
  return undefined;
}

function webp(file: Buffer): Buffer | undefined {
  const kept = new Map<string, Buffer>();
  let at = 12;
  for (let parts = 0; at + 8 <= file.length; parts++) {
    // What comes this late is only metadata.
    if (parts === MAX_PARTS) break;
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const end = at + 8 + size + (size % 2);
    if (WEBP_PARTS.includes(name) && !kept.has(name)) kept.set(name, file.subarray(at, end));
    at = end;
  }
  const head = Buffer.from(file.subarray(0, 12));
  if (head.length < 12) return undefined;
  const body = Buffer.concat([...kept.values()]);
  head.writeUInt32LE(body.length + 4, 4);
  return Buffer.concat([head, body]);
}

/** Makes the first directory of a TIFF or BigTIFF its last. */
function tiff(file: Buffer): Buffer | undefined {
  const isLittle = file[0] === 0x49;
  const isBig = file[isLittle ? 2 : 3] === 0x2b;
  const read = (at: number, bytes: number): number => {
    const part = Buffer.from(file.subarray(at, at + bytes));
    return Number(`0x${(isLittle ? part.reverse() : part).toString('hex') || '0'}`);
  };
  const first = isBig ? read(8, 8) : read(4, 4);
  const next = isBig ? first + 8 + read(first, 8) * 20 : first + 2 + read(first, 2) * 12;
  const width = isBig ? 8 : 4;
  if (!(next + width <= file.length)) return undefined;
  const alone = Buffer.from(file);
  alone.fill(0, next, next + width);
  return alone;
}
