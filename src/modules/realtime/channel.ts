/** Fan-out address in the hub. Branded, so that only the builders of a feature make one. */
export type Channel = string & { readonly __channel: unique symbol };

/** Joins the parts of a channel name, e.g. `channel('services', id, 'hosts')` → `services:<id>:hosts`. */
export function channel(feature: string, ...parts: readonly (string | number)[]): Channel {
  return [feature, ...parts].join(':') as Channel;
}
