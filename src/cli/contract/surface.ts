import { type Resolve, type Schema } from './json-schema.js';

/**
 * What clients of a document rely on, whatever kind of document it is: one part for each name, each thing they send and
 * each thing they are sent. Comparing two documents needs no more than this.
 */
export interface Surface {
  readonly parts: ReadonlyMap<string, Part>;
  readonly resolve: Resolve;
}

export interface Part {
  /** The part this one belongs to: without that, nobody misses this one. */
  readonly owner?: string;
  /** Who is held to the schema: clients to what they send, the server to what it answers. */
  readonly direction: Direction;
  readonly schema?: Schema | undefined;
  /** Of what is sent: whether it must be. */
  readonly isRequired?: boolean;
  /** Whether it may cease to be: an error that is not answered any more breaks nobody. */
  readonly mayGo?: boolean;
}

export type Direction = 'sent' | 'answered';
