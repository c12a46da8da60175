import { ConsoleFeed, type FeedListener, type FeedTopic, type WishFor } from '@switchboard/client/console';
import { store } from '../../ui/store.js';
import { sdk } from '../app/client.js';

/** Who goes to another screen follows something else at once; the socket stays for that. */
const IDLE_MS = 2000;

/** Whether what is followed is being told. */
export const isTold = store(false);

/** One socket for all screens of this tab, there only while something is followed. */
let feed: ConsoleFeed | undefined;
let followers = 0;
let idle: ReturnType<typeof setTimeout> | undefined;

/** @returns ends it */
export function follow<T extends FeedTopic>(wish: WishFor<T>, listener: FeedListener<T>): () => void {
  clearTimeout(idle);
  followers++;
  const unsubscribe = (feed ??= open()).subscribe<T>(wish, listener);
  return () => {
    unsubscribe();
    if (--followers > 0) return;
    idle = setTimeout(() => {
      feed?.close();
    }, IDLE_MS);
  };
}

function open(): ConsoleFeed {
  const opened = new ConsoleFeed({
    url: location.origin,
    ticket: async () => (await sdk.tickets.create({ body: {} })).ticket,
  });
  opened.on('open', () => {
    isTold.set(true);
  });
  opened.on('reconnecting', () => {
    isTold.set(false);
  });
  opened.on('closed', () => {
    isTold.set(false);
    if (feed === opened) feed = undefined;
  });
  return opened;
}
