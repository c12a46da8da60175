interface Reader<V> {
  readonly resolve: (value: V | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads of many that come together are one statement; while it runs, the next ones gather. */
export class SharedReads<V> {
  private waiting = new Map<number, Reader<V>[]>();
  private working = false;

  /** @param find of any number, in one statement; who is not there is left out */
  constructor(private readonly find: (ids: readonly number[]) => Promise<ReadonlyMap<number, V>>) {}

  read(id: number): Promise<V | undefined> {
    return new Promise((resolve, reject) => {
      const readers = this.waiting.get(id);
      if (readers === undefined) this.waiting.set(id, [{ resolve, reject }]);
      else readers.push({ resolve, reject });
      if (this.working) return;
      this.working = true;
      setImmediate(() => void this.work());
    });
  }

  private async work(): Promise<void> {
    while (this.waiting.size > 0) {
      const { waiting } = this;
      this.waiting = new Map();
      try {
        const found = await this.find([...waiting.keys()]);
        for (const [id, readers] of waiting) for (const { resolve } of readers) resolve(found.get(id));
      } catch (error) {
        for (const readers of waiting.values()) for (const { reject } of readers) reject(error);
      }
    }
    this.working = false;
  }
}
