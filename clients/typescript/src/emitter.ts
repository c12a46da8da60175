type Listener<E> = (event: E, text: string) => void;

/** Typed events. A listener that throws is reported like any uncaught error, and does not affect other listeners. */
export abstract class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>();
  /** JSON text of the frame being handled; empty when there is none. */
  protected frameText = '';

  /**
   * @param listener also gets the frame's JSON text as it came, for what `JSON.parse` loses, such as long numbers; it
   * is empty when no frame causes the event, and with Socket.IO
   * @returns a function that removes the listener
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
