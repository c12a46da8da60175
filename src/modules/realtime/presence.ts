import { type Channel } from './channel.js';

/** One member of a channel: who, with what the feature wants to show of it. */
export interface PresenceMember<T = unknown> {
  readonly id: string;
  readonly data: T;
}

/**
 * Who is in a channel now, on all nodes. Members carry a lease of their node: a node that dies takes its members along.
 * Members are listed in the order they came. Data must survive JSON, and
 * nobody may change it once it was handed over or received: it may be shared.
 */
export abstract class Presence {
  /** Adds `member`. @returns false, changing nothing, when that id is there already */
  abstract enter(channel: Channel, member: PresenceMember): Promise<boolean>;
  /** Replaces the data of a member that is there. @returns false when it is not */
  abstract update(channel: Channel, member: PresenceMember): Promise<boolean>;
  /** @returns the member that left, `undefined` when it was not there: exactly one of two racing callers gets it */
  abstract leave<T>(channel: Channel, id: string): Promise<PresenceMember<T> | undefined>;
  abstract get<T>(channel: Channel, id: string): Promise<PresenceMember<T> | undefined>;
  abstract list<T>(channel: Channel): Promise<PresenceMember<T>[]>;
  abstract count(channel: Channel): Promise<number>;
}
