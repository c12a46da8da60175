/** Who acts on a connection. Features extend it with what their handlers need. */
export interface Principal {
  /** E.g. `host`, `client`, `guest`, `endpoint`, `user`, `device`, `peer`, `iota`. */
  readonly kind: string;
  readonly id: string;
  /** Shown to admins; never a secret. */
  readonly label: string;
  /**
   * What a revocation may name to close and refuse it, e.g. `service:5`; see `revocation-selectors`. The first is the
   * credential it came with.
   */
  readonly selectors?: readonly string[];
  /** A draining node closes it after all others: for them its end would mean something else than their own. */
  readonly goesLast?: boolean;
}
