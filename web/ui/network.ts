/** A socket that reconnects on its own. */
interface Returning {
  retry(): void;
  drop(): void;
}

/**
 * Tells a socket of network changes, which browsers notice first: over a lost network it would stay silent for minutes.
 */
export function followNetwork(socket: () => Returning | undefined): void {
  addEventListener('offline', () => socket()?.drop());
  addEventListener('online', () => socket()?.retry());
}
