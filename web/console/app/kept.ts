/**
 * A value that outlives the page and is the same in all tabs of this browser.
 * @param parse interprets the stored text, which may be from another version or missing
 */
export class Kept<T> {
  private value: T;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly key: string,
    parse: (text: string | null) => T,
    onForeignChange?: (value: T) => void,
  ) {
    this.value = parse(localStorage.getItem(key));
    addEventListener('storage', (event) => {
      if (event.key !== key && event.key !== null) return;
      this.value = parse(localStorage.getItem(key));
      onForeignChange?.(this.value);
      this.tell();
    });
  }

  readonly get = (): T => this.value;

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(value: T): void {
    this.value = value;
    if (value === undefined) localStorage.removeItem(this.key);
    else localStorage.setItem(this.key, typeof value === 'string' ? value : JSON.stringify(value));
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
