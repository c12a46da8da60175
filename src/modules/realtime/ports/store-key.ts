declare const keeps: unique symbol;

/** Key in the ephemeral store, typed by the value kept under it. `V` survives JSON. */
export type StoreKey<V> = string & { readonly [keeps]: V };

/** Joins the parts of a key, e.g. `storeKey<Seat>('omikron', 'iota', id)`. */
export function storeKey<V>(feature: string, ...parts: readonly (string | number)[]): StoreKey<V> {
  return [feature, ...parts].join(':') as StoreKey<V>;
}
