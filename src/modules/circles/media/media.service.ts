import { Injectable } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../common/errors/app-error.js';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { CircleAccess } from '../access/access.service.js';
import { notThere } from '../circles.policy.js';
import { Messages } from '../messages/messages.service.js';
import { MediaRepository, type StoredMedia } from './media.repository.js';
import { MediaSweeper } from './media-sweeper.service.js';
import { type ByteRange, MediaStorage } from './storage/media-storage.js';

const THUMBNAIL_PATIENCE_MS = 5_000;
const THUMBNAIL_STEP_MS = 200;

/** Files of messages, for those who may read the message. */
@Injectable()
export class MediaFiles {
  constructor(
    private readonly repository: MediaRepository,
    private readonly storage: MediaStorage,
    private readonly access: CircleAccess,
    private readonly messages: Messages,
    private readonly sweeper: MediaSweeper,
  ) {}

  /** @throws AppError `not_found` */
  async get(principal: AccountPrincipal, id: number): Promise<StoredMedia> {
    const media = await this.repository.find(id);
    if (media === undefined) throw notThere();
    await this.access.demandConversation(principal, media.conversationId, 'readMedia');
    return media;
  }

  /** @throws AppError `not_found`, `conflict` before the upload */
  async demandContent(principal: AccountPrincipal, id: number): Promise<StoredMedia> {
    const media = await this.get(principal, id);
    if (!media.uploaded) throw new AppError('conflict', 'This file has not been uploaded yet.');
    return media;
  }

  content(media: StoredMedia, range?: ByteRange): Promise<Readable> {
    return this.storage.read(media.storageKey ?? '', range);
  }

  /**
   * Waits a moment for a thumbnail that is being made. @throws AppError `not_found` when there is none, `conflict` when
   * it is not ready yet
   */
  async demandThumbnail(principal: AccountPrincipal, id: number): Promise<string> {
    const patience = performance.now() + THUMBNAIL_PATIENCE_MS;
    for (;;) {
      const { thumbnailKey, thumbnailDue } = await this.demandContent(principal, id);
      if (thumbnailKey !== null) return thumbnailKey;
      if (!thumbnailDue) throw new AppError('not_found', 'This file has no thumbnail.');
      if (performance.now() > patience) {
        throw new AppError('conflict', 'The thumbnail is not ready yet.', { retryAfterSeconds: 2 });
      }
      await sleep(THUMBNAIL_STEP_MS);
    }
  }

  thumbnail(key: string): Promise<Readable> {
    return this.storage.read(key);
  }

  /** @throws AppError `not_found`, `forbidden` */
  async remove(principal: AccountPrincipal, id: number): Promise<void> {
    const media = await this.get(principal, id);
    await this.access.demandMessage(principal, media.messageId, 'deleteMedia');
    if (!(await this.repository.remove(id))) throw notThere();
    this.messages.announceChange(media.conversationId, media.messageId, 'update');
    this.sweeper.sweepSoon();
  }
}
