/** Who acts on a connection. Features extend it with what their handlers need. */
export interface Principal {
  /** E.g. `host`, `client`, `guest`, `endpoint`, `user`, `device`, `peer`, `iota`. */
  readonly kind: string;
  readonly id: string;
  /** Shown to admins; never a secret. */
  readonly label: string;
}
