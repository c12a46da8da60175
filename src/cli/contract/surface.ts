import { type Resolve, type Schema } from './json-schema.js';

/**
 * What clients of a document rely on, whatever kind of document it is: one part for each name, each thing they send and
 * each thing they are sent. That is all it takes to compare two documents.
 */
export interface Surface {
  readonly parts: ReadonlyMap<string, Part>;
  readonly resolve: Resolve;
}

export interface Part {
  /** The part this one belongs to; if that is gone, nobody misses this one. */
  readonly owner?: string;
  /** Who must follow the schema: clients in what they send, or the server in what it answers. */
  readonly direction: Direction;
  readonly schema?: Schema | undefined;
  /** Only for what is sent: whether it must be. */
  readonly isRequired?: boolean;
  /** Whether it may disappear: an error that is no longer answered breaks nobody. */
  readonly mayGo?: boolean;
}

export type Direction = 'sent' | 'answered';
