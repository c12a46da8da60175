type Listener<E> = (event: E, text: string) => void;

/** Typed events. A listener that throws is reported like any uncaught error and keeps nobody else from hearing. */
export abstract class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>();
  /** JSON text of the frame that is being told; empty where there is none. */
  protected frameText = '';

  /**
   * @param listener also gets the frame's JSON text as it came, for what `JSON.parse` does not keep, such as long numbers;
   * it is empty where no frame makes the event, and with Socket.IO
   * @returns what takes the listener off again
   */
  on<K extends keyof Events>(name: K, listener: Listener<Events[K]>): () => void {
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set.add(listener));
    return () => {
      set.delete(listener);
    };
  }

  protected emit<K extends keyof Events>(name: K, event: Events[K]): void {
    for (const listener of this.listeners.get(name) ?? []) {
      try {
        (listener as Listener<Events[K]>)(event, this.frameText);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
