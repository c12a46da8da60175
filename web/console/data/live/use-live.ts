import { type FeedListener, type FeedTopic, type WishFor } from '@switchboard/client/console';
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { paused } from '../../app/paused.js';
import { useKept } from '../../app/preferences.js';
import { hasRole } from '../../app/rights/least-role.js';
import { useMe } from '../../app/rights/may.js';
import { follow, isTold } from './feed.js';

const isVisible = (): boolean => document.visibilityState === 'visible';
const whenSeen = (listener: () => void) => {
  document.addEventListener('visibilitychange', listener);
  return () => {
    document.removeEventListener('visibilitychange', listener);
  };
};

/**
 * Follows something while somebody looks: not while paused, and not in a hidden tab.
 * @param what identifies the subscription; `undefined` = none
 * @param wish called whenever it starts, or resumes after a pause
 * @returns whether news are coming, as confirmed by the server; otherwise a screen may poll
 */
export function useLive<T extends FeedTopic>(
  what: string | undefined,
  wish: () => WishFor<T>,
  listener: FeedListener<T>,
): boolean {
  const isPaused = useKept(paused);
  const [told, setTold] = useState(false);
  const isSeen = useSyncExternalStore(whenSeen, isVisible);
  const me = useMe();
  const isWanted = what !== undefined && !isPaused && isSeen && me !== undefined && hasRole(me.role, 'viewer');
  const wishNow = useEffectEvent(wish);
  const news: FeedListener<T>['news'] = useEffectEvent(listener.news);
  const refused = useEffectEvent<NonNullable<typeof listener.refused>>((refusal) => listener.refused?.(refusal));
  const ended = useEffectEvent(() => listener.ended?.());
  useEffect(() => {
    if (!isWanted) return;
    const unlisten = isTold.subscribe(() => {
      if (!isTold.get()) setTold(false);
    });
    const unfollow = follow<T>(wishNow(), {
      subscribed: () => {
        setTold(true);
      },
      news: (told) => {
        news(told);
      },
      refused: (refusal) => {
        refused(refusal);
      },
      ended: () => {
        ended();
      },
    });
    return () => {
      unlisten();
      unfollow();
      setTold(false);
    };
  }, [what, isWanted]);
  return isWanted && told;
}
