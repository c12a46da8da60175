import { Logger } from '@nestjs/common';
import { type Channel } from '../channel.js';

const logger = new Logger('Presence');

/** One member of a channel: who, with what the feature wants to show of it. */
export interface PresenceMember<T = unknown> {
  readonly id: string;
  readonly data: T;
}

/** What a feature does when a node died with a member of its own: what its `leave` does after removing the member. */
export type LostHandler = (channel: Channel, member: PresenceMember) => Promise<void> | void;

export interface UpdateOptions {
  /** The member lives as long as this node from now on, rather than as long as the node it entered on. */
  readonly adopt?: boolean;
}

/**
 * Who is in a channel now, on all nodes. Members carry a lease of the node they entered on: when that dies, they are
 * removed, and the handlers of `onLost` told. Members are listed in the order they came. Data must survive JSON, and
 * nobody may change it once it was handed over or received: it may be shared.
 *
 * While the state that nodes share is away, methods fail with AppError `unavailable`, but for what a node takes
 * back of its own: that is done when the state returns.
 */
export abstract class Presence {
  private readonly lostHandlers: (readonly [prefix: string, handler: LostHandler])[] = [];

  /**
   * When a node died, `handler` is called for each of its members on channels that begin with `prefix`: on exactly one
   * of the other nodes, after the member was removed, one after another per channel. What it throws is logged.
   */
  onLost(prefix: string, handler: LostHandler): void {
    this.lostHandlers.push([prefix, handler]);
  }

  /** Adds `member`. @returns false, changing nothing, when that id is there already */
  abstract enter(channel: Channel, member: PresenceMember): Promise<boolean>;
  /** Replaces the data of a member that is there, on whichever node it entered. @returns false when it is not */
  abstract update(channel: Channel, member: PresenceMember, options?: UpdateOptions): Promise<boolean>;
  /** @returns the member that left, `undefined` when it was not there: exactly one of two racing callers gets it */
  abstract leave<T>(channel: Channel, id: string): Promise<PresenceMember<T> | undefined>;
  abstract get<T>(channel: Channel, id: string): Promise<PresenceMember<T> | undefined>;
  abstract list<T>(channel: Channel): Promise<PresenceMember<T>[]>;
  abstract count(channel: Channel): Promise<number>;
  /**
   * Removes all members that node `owner` left behind, and tells the handlers. May be called again, and by several
   * nodes at once: each member is told of once.
   * @returns how many this call removed
   */
  abstract releaseNode(owner: string): Promise<number>;

  /** Tells those who asked to know. Never throws. */
  protected async tellLost(channel: Channel, member: PresenceMember): Promise<void> {
    for (const [prefix, handler] of this.lostHandlers) {
      if (!channel.startsWith(prefix)) continue;
      try {
        await handler(channel, member);
      } catch (error) {
        logger.error({ msg: 'a lost member could not be announced', prefix, err: error });
      }
    }
  }
}
