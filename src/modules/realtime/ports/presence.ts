import { Logger } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { type PresenceKind, type PresenceSet } from './presence-set.js';

const logger = new Logger('Presence');

/** One member of a set, with what the feature wants to show of it. */
export interface PresenceMember<T = unknown> {
  readonly id: string;
  readonly data: T;
}

/**
 * What a feature does when a node died with one of its members: the same as its `leave` does after removing a member.
 */
export type LostHandler<T> = (key: string, member: PresenceMember<T>) => Promise<void> | void;

export interface UpdateOptions {
  /** Ties the member's life to this node from now on, instead of the node it entered on. */
  readonly adopt?: boolean;
}

/**
 * Who is in a set now, on all nodes. Members are leased by the node they entered on; when it dies, they are removed and
 * the `onLost` handlers told. Members are listed in order of arrival. Data must survive JSON and may be shared: never
 * modify it after passing it in or receiving it.
 *
 * While the shared state is away, methods fail with AppError `unavailable`, except that a node may remove members of
 * its own; the removal is written when the state returns.
 */
export abstract class Presence {
  private readonly lostHandlers: ((set: PresenceSet, member: PresenceMember) => Promise<void> | void)[] = [];

  /**
   * When a node died, `handler` is called for each of its members in sets of `kind`: on exactly one of the other nodes,
   * after the member was removed, one after another per set. Its errors are logged.
   */
  onLost<T>(kind: PresenceKind<T>, handler: LostHandler<T>): void {
    this.lostHandlers.push((set, member) => {
      const key = kind.keyOf(set);
      // Safe: sets of this kind are only ever entered with a T.
      if (key !== undefined) return handler(key, member as PresenceMember<T>);
    });
  }

  /** Adds `member`. @returns false, changing nothing, when its id is already there */
  abstract enter<T>(set: PresenceSet<T>, member: PresenceMember<NoInfer<T>>): Promise<boolean>;
  /** Replaces the data of a member, whichever node it entered on. @returns false when it is not there */
  abstract update<T>(
    set: PresenceSet<T>,
    member: PresenceMember<NoInfer<T>>,
    options?: UpdateOptions,
  ): Promise<boolean>;
  /** @returns the member that left, `undefined` when it was not there; of two racing callers exactly one gets it */
  abstract leave<T>(set: PresenceSet<T>, id: string): Promise<PresenceMember<T> | undefined>;
  abstract get<T>(set: PresenceSet<T>, id: string): Promise<PresenceMember<T> | undefined>;
  abstract list<T>(set: PresenceSet<T>): Promise<PresenceMember<T>[]>;
  abstract count(set: PresenceSet): Promise<number>;
  /**
   * Removes all members that node `owner` left behind and calls the handlers. May be repeated, and called by several
   * nodes at once: each member is reported once.
   * @returns how many this call removed
   */
  abstract releaseNode(owner: string): Promise<number>;

  /** Calls the handlers. Never throws. */
  protected async tellLost(set: PresenceSet, member: PresenceMember): Promise<void> {
    for (const handler of this.lostHandlers) {
      try {
        await handler(set, member);
      } catch (error) {
        reportFailure(logger, `a lost member of ${set} could not be announced`, error);
      }
    }
  }
}
