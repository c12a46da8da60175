import { type DataStore } from '@tus/server';
import { type Readable } from 'node:stream';

/** First and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the content of media is kept, under keys of our making (`newKey`). What is written is there as a whole or not at
 * all; nothing is ever held in memory as a whole.
 */
export abstract class MediaStorage {
  /** Takes in the whole stream. Rejects when the stream fails, and then leaves nothing behind. */
  abstract write(key: string, content: Readable): Promise<void>;
  /** Rejects when there is nothing under `key`. */
  abstract read(key: string, range?: ByteRange): Promise<Readable>;
  /** Removes what is under `key`, complete or not. Idempotent. */
  abstract remove(key: string): Promise<void>;
  /** Takes in uploads bit by bit; their ids are keys. */
  abstract readonly resumable: DataStore;
  /** A resumable upload is complete: from now on it can be read. @returns its size in bytes */
  abstract adopt(key: string): Promise<number>;
}
