/**
 * A fact that a feature publishes on a channel. Opaque to the kernel. It may cross nodes, so it holds only what
 * structured cloning keeps: plain values and byte arrays.
 */
export interface HubEvent {
  readonly type: string;
}
