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
 * Where the content of media is kept, under keys of our making (`newKey`). What is written is there as a whole or not at
 * all; nothing is ever held in memory as a whole. Faults of the medium leave as `AppError`, and are told to readiness:
 * `not_found` for content that is not there, `storage_full`, `unavailable`.
 */
export abstract class MediaStorage {
  protected constructor(private readonly health: StorageHealth) {}

  /** Takes in the whole stream. Rejects when the stream fails, and then leaves nothing behind. */
  write(key: string, content: Readable): Promise<void> {
    return this.watched(() => this.put(key, content));
  }

  read(key: string, range?: ByteRange): Promise<Readable> {
    return this.watched(() => this.open(key, range));
  }

  /** A resumable upload is complete: from now on it can be read. @returns its size in bytes */
  adopt(key: string): Promise<number> {
    return this.watched(() => this.takeOver(key));
  }

  /** Removes what is under `key`, complete or not. Idempotent. */
  abstract remove(key: string): Promise<void>;
  /** Takes in uploads bit by bit; their ids are keys. What it throws goes through `problemOf`. */
  abstract readonly resumable: DataStore;

  /** What a caller is told of an error of this storage; errors of others come back as they are. */
  problemOf(error: unknown): unknown {
    const fault = error instanceof AppError ? undefined : this.faultOf(error);
    if (fault === undefined) return error;
    if (fault === 'missing') {
      this.health.miss({ where: this.where, reason: (error as Error).message });
      return new AppError('not_found', 'The content of this file is not there any more.', { cause: error });
    }
    this.health.fail(fault, { where: this.where, reason: (error as Error).message }, () => this.probe());
    return fault === 'full'
      ? noSpace(error)
      : new AppError('unavailable', 'The storage of files does not answer; try again soon.', { cause: error });
  }

  /** For whoever runs the server. */
  protected abstract readonly where: string;
  protected abstract put(key: string, content: Readable): Promise<void>;
  protected abstract open(key: string, range?: ByteRange): Promise<Readable>;
  protected abstract takeOver(key: string): Promise<number>;
  /** `undefined` = no fault of the medium. */
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

/** For whoever uploads it makes no difference whose disk is full. */
export function refuseWithoutSpace(error: unknown): never {
  throw isDatabaseFull(error) ? noSpace(error) : error;
}
