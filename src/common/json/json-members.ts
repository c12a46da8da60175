/** Members to be set together, prepared once for many objects. Values are JSON text; everything is ASCII. */
export class JsonMembers {
  /** `"name":value,…` */
  readonly text: string;
  private ending: Buffer | null = null;

  constructor(readonly values: ReadonlyMap<string, string>) {
    this.text = [...values].map(([name, value]) => `"${name}":${value}`).join(',');
    if (!isAscii(this.text)) throw new RangeError('members must be ASCII');
  }

  /** The end of an object after these members have been appended to it. */
  get end(): Buffer {
    return (this.ending ??= Buffer.from(`,${this.text}}`));
  }
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
