/** Views bytes as aligned words of four. Remembers the last view, since making one costs more than a short loop. */
export class WordView {
  private buffer: ArrayBufferLike = new ArrayBuffer(0);
  private words: Int32Array = new Int32Array(this.buffer);

  /** All whole words of `buffer`. */
  of(buffer: ArrayBufferLike): Int32Array {
    if (buffer !== this.buffer) {
      this.buffer = buffer;
      this.words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
    }
    return this.words;
  }
}
