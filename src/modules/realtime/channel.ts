import { type HubEvent } from './hub-event.js';

declare const carries: unique symbol;

/**
 * Fan-out address in the hub, typed by the events published there. Branded, so that only a feature's builders make one.
 */
export type Channel<E extends HubEvent = HubEvent> = string & { readonly [carries]: E };

/** Joins the parts of a channel name, e.g. `channel('services', id, 'hosts')` → `services:<id>:hosts`. */
export function channel<E extends HubEvent = HubEvent>(
  feature: string,
  ...parts: readonly (string | number)[]
): Channel<E> {
  return [feature, ...parts].join(':') as Channel<E>;
}
