/** Texts that must come through unchanged: characters of one to four bytes, and ones that need escapes. */
const PADS = ['x', 'é', '☃', '😀', '\\', '"', '\n', '\u0000'];

/**
 * What was said in a room. A message is `<id>:<padding>` with the id `<writer>:<number>`, so that the id determines all
 * of it.
 */
export class Said {
  readonly #sizes = new Map<string, number>();

  has(id: string): boolean {
    return this.#sizes.has(id);
  }

  /** @returns the message: about `bytes` long as JSON */
  make(id: string, bytes: number): string {
    this.#sizes.set(id, bytes);
    return text(id, bytes);
  }

  /** The message again. */
  again(id: string): string {
    return text(id, this.#sizes.get(id) ?? 0);
  }

  /** Id of a message that was said exactly like this; otherwise `undefined`. */
  identify(message: unknown): string | undefined {
    if (typeof message !== 'string') return undefined;
    const id = /^\w+:\d+/.exec(message)?.[0];
    return id !== undefined && this.has(id) && message === this.again(id) ? id : undefined;
  }
}

function text(id: string, bytes: number): string {
  const number = Number(id.slice(id.indexOf(':') + 1));
  const pad = PADS[number % PADS.length] ?? 'x';
  const width = Buffer.byteLength(JSON.stringify(pad)) - 2;
  return `${id}:${pad.repeat(Math.max(0, Math.floor((bytes - id.length) / width)))}`;
}
