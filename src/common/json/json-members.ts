/** Members to be set together, made once and used for many objects. Values are JSON text; all of it is ASCII. */
export class JsonMembers {
  /** `"name":value,…` */
  readonly text: string;
  private ending: Buffer | null = null;

  constructor(readonly values: ReadonlyMap<string, string>) {
    this.text = [...values].map(([name, value]) => `"${name}":${value}`).join(',');
    if (!isAscii(this.text)) throw new RangeError('members must be ASCII');
  }

  /** What follows the last member of an object that they are appended to, and ends it. */
  get end(): Buffer {
    return (this.ending ??= Buffer.from(`,${this.text}}`));
  }
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
