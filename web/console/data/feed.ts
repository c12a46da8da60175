import type { ConsoleFeed, FeedListener, FeedTopic, WishFor } from '@switchboard/client/console';
import { store } from '../../ui/store.js';
import { sdk } from '../app/client.js';

/** Who goes to another screen follows something else at once; the socket stays for that. */
const IDLE_MS = 2000;
/** Until its code is asked for again. */
const AGAIN_MS = 5000;

/** Whether there is a connection that what is followed is told over. */
export const isTold = store(false);

/** One socket for all screens of this tab, there only while something is followed. */
let feed: Promise<ConsoleFeed> | undefined;
let followers = 0;
let idle: ReturnType<typeof setTimeout> | undefined;

/** @returns ends it */
export function follow<T extends FeedTopic>(wish: WishFor<T>, listener: FeedListener<T>): () => void {
  clearTimeout(idle);
  followers++;
  let unsubscribe: (() => void) | null = () => undefined;
  const begin = (): void => {
    (feed ??= open()).then(
      (opened) => {
        if (unsubscribe !== null) unsubscribe = opened.subscribe<T>(wish, listener);
      },
      () => {
        // Its code did not come: the network is away, or the server has another version since.
        feed = undefined;
        if (unsubscribe !== null) setTimeout(begin, AGAIN_MS);
      },
    );
  };
  begin();
  return () => {
    unsubscribe?.();
    unsubscribe = null;
    if (--followers > 0) return;
    idle = setTimeout(() => {
      feed?.then(
        (opened) => {
          opened.close();
        },
        () => undefined,
      );
    }, IDLE_MS);
  };
}

/** Its code comes when the first screen stands: that shows what there is without it. */
async function open(): Promise<ConsoleFeed> {
  const { ConsoleFeed } = await import('@switchboard/client/console');
  const opened = new ConsoleFeed({
    url: location.origin,
    ticket: async () => (await sdk.tickets.create({ body: {} })).ticket,
  });
  const retry = () => {
    opened.retry();
  };
  addEventListener('online', retry);
  opened.on('open', () => {
    isTold.set(true);
  });
  opened.on('reconnecting', () => {
    isTold.set(false);
  });
  opened.on('closed', () => {
    removeEventListener('online', retry);
    isTold.set(false);
    feed = undefined;
  });
  return opened;
}
