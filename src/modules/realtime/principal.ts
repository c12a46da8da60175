/** Who acts on a connection. Features extend it with what their handlers need. */
export interface Principal {
  /** E.g. `host`, `client`, `guest`, `endpoint`, `user`, `device`, `peer`, `iota`. */
  readonly kind: string;
  readonly id: string;
  /** Shown to admins; never a secret. */
  readonly label: string;
  /**
   * The names under which a revocation closes and refuses it, e.g. `service:5`; see `revocation-selectors`. The first
   * names the credential it was admitted with.
   */
  readonly selectors?: readonly string[];
  /** A draining node closes it last: to the other clients, its end would mean something other than a drain. */
  readonly goesLast?: boolean;
}
