import type { ConsoleFeed, FeedListener, FeedTopic, WishFor } from '@switchboard/client/console';
import { store } from '../../../ui/store.js';
import { sdk } from '../../app/client.js';

/** Milliseconds that the unused socket stays open: those who change screens follow something else at once. */
const IDLE_MS = 2000;
/** Milliseconds until its code is requested again. */
const AGAIN_MS = 5000;

/** Whether the feed is connected. */
export const isTold = store(false);

/** One socket for all screens of this tab, open only while something is followed. */
let feed: Promise<ConsoleFeed> | undefined;
let followers = 0;
let idle: ReturnType<typeof setTimeout> | undefined;

/** @returns a function that ends it */
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
        // Its code did not load: the network is down, or the server has been updated since.
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

/** Its code is loaded after the first screen, which shows what there is without it. */
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
