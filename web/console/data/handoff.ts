/** What one screen brings along for the workbench; in memory, since it may hold a secret. */
export interface Handoff {
  /** As the AsyncAPI document names the channel. */
  readonly channel: string;
  /** What it is about, for people. */
  readonly about: string;
  readonly credential?: string;
  /** A first frame, ready to be sent. */
  readonly frame?: string;
}

let handed: Handoff | undefined;

export const handoff = {
  give: (next: Handoff): void => {
    handed = next;
  },
  /** What was brought for this channel. It stays for who comes back with the browser's arrows. */
  get: (channel: string | undefined): Handoff | undefined => (handed?.channel === channel ? handed : undefined),
};
