/** A socket that comes back by itself. */
interface Returning {
  retry(): void;
  drop(): void;
}

/** Says to a socket what a browser knows first: over a network that has gone it would be silent for minutes. */
export function followNetwork(socket: () => Returning | undefined): void {
  addEventListener('offline', () => socket()?.drop());
  addEventListener('online', () => socket()?.retry());
}
