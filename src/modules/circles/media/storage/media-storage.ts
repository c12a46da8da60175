import { type DataStore } from '@tus/server';
import { type Readable } from 'node:stream';
import { AppError } from '../../../../common/errors/app-error.js';
import { isDatabaseFull } from '../../../../common/errors/database-unavailable.js';
import { randomHex } from '../../../../common/security/random.js';
import { type StorageFault, type StorageHealth } from './storage-health.js';

const KEY_LENGTH = 32;
export const newKey = (): string => randomHex(KEY_LENGTH);

/** First and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the content of media is kept, under keys made by `newKey`. Content is there as a whole or not at all, and never
 * held in memory as a whole. Faults of the storage are thrown as `AppError` (`not_found` for missing content,
 * `storage_full`, `unavailable`) and reported to readiness.
 */
export abstract class MediaStorage {
  protected constructor(private readonly health: StorageHealth) {}

  /** Stores the whole stream. Rejects when the stream fails, and then leaves nothing behind. */
  write(key: string, content: Readable): Promise<void> {
    return this.watched(() => this.put(key, content));
  }

  read(key: string, range?: ByteRange): Promise<Readable> {
    return this.watched(() => this.open(key, range));
  }

  /** Makes a complete resumable upload readable. @returns its size in bytes */
  adopt(key: string): Promise<number> {
    return this.watched(() => this.takeOver(key));
  }

  /** Removes what is under `key`, complete or not. Idempotent. */
  abstract remove(key: string): Promise<void>;
  /** Stores resumable uploads; their ids are keys. Pass its errors through `problemOf`. */
  abstract readonly resumable: DataStore;

  /** Turns a fault of this storage into what a caller is told; returns other errors unchanged. */
  problemOf(error: unknown): unknown {
    const fault = error instanceof AppError ? undefined : this.faultOf(error);
    if (fault === undefined) return error;
    if (fault === 'missing') {
      this.health.miss({ where: this.where, reason: (error as Error).message });
      return new AppError('not_found', 'The content of this file no longer exists.', { cause: error });
    }
    this.health.fail(fault, { where: this.where, reason: (error as Error).message }, () => this.probe());
    return fault === 'full'
      ? noSpace(error)
      : new AppError('unavailable', 'The file storage does not answer; try again soon.', { cause: error });
  }

  /** Where the content is, for operators. */
  protected abstract readonly where: string;
  protected abstract put(key: string, content: Readable): Promise<void>;
  protected abstract open(key: string, range?: ByteRange): Promise<Readable>;
  protected abstract takeOver(key: string): Promise<number>;
  /** `undefined` = not a fault of the storage. */
  protected abstract faultOf(error: unknown): StorageFault | undefined;
  /** Rejects as long as nothing can be stored. */
  protected abstract probe(): Promise<void>;

  private async watched<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw this.problemOf(error);
    }
  }
}

const noSpace = (cause: unknown): AppError =>
  new AppError('storage_full', 'There is no space left to store files.', { cause });

/** Uploaders are told the same, whether the storage or the database is full. */
export function refuseWithoutSpace(error: unknown): never {
  throw isDatabaseFull(error) ? noSpace(error) : error;
}
