import { Logger } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { type PresenceKind, type PresenceSet } from './presence-set.js';

const logger = new Logger('Presence');

/** One member of a set: who, with what the feature wants to show of it. */
export interface PresenceMember<T = unknown> {
  readonly id: string;
  readonly data: T;
}

/** What a feature does when a node died with a member of its own: what its `leave` does after removing the member. */
export type LostHandler<T> = (key: string, member: PresenceMember<T>) => Promise<void> | void;

export interface UpdateOptions {
  /** The member lives as long as this node from now on, rather than as long as the node it entered on. */
  readonly adopt?: boolean;
}

/**
 * Who is in a set now, on all nodes. Members carry a lease of the node they entered on: when that dies, they are
 * removed, and the handlers of `onLost` told. Members are listed in the order they came. Data must survive JSON, and
 * nobody may change it once it was handed over or received: it may be shared.
 *
 * While the state that nodes share is away, methods fail with AppError `unavailable`, but for what a node takes
 * back of its own: that is done when the state returns.
 */
export abstract class Presence {
  private readonly lostHandlers: ((set: PresenceSet, member: PresenceMember) => Promise<void> | void)[] = [];

  /**
   * When a node died, `handler` is called for each of its members in sets of `kind`: on exactly one of the other nodes,
   * after the member was removed, one after another per set. What it throws is logged.
   */
  onLost<T>(kind: PresenceKind<T>, handler: LostHandler<T>): void {
    this.lostHandlers.push((set, member) => {
      const key = kind.keyOf(set);
      // Whoever entered it into a set of this kind gave a T.
      if (key !== undefined) return handler(key, member as PresenceMember<T>);
    });
  }

  /** Adds `member`. @returns false, changing nothing, when that id is there already */
  abstract enter<T>(set: PresenceSet<T>, member: PresenceMember<NoInfer<T>>): Promise<boolean>;
  /** Replaces the data of a member that is there, on whichever node it entered. @returns false when it is not */
  abstract update<T>(
    set: PresenceSet<T>,
    member: PresenceMember<NoInfer<T>>,
    options?: UpdateOptions,
  ): Promise<boolean>;
  /** @returns the member that left, `undefined` when it was not there: exactly one of two racing callers gets it */
  abstract leave<T>(set: PresenceSet<T>, id: string): Promise<PresenceMember<T> | undefined>;
  abstract get<T>(set: PresenceSet<T>, id: string): Promise<PresenceMember<T> | undefined>;
  abstract list<T>(set: PresenceSet<T>): Promise<PresenceMember<T>[]>;
  abstract count(set: PresenceSet): Promise<number>;
  /**
   * Removes all members that node `owner` left behind, and tells the handlers. May be called again, and by several
   * nodes at once: each member is told of once.
   * @returns how many this call removed
   */
  abstract releaseNode(owner: string): Promise<number>;

  /** Tells those who asked to know. Never throws. */
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
