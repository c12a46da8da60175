import { Injectable } from '@nestjs/common';
import { type IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../../../common/errors/app-error.js';
import { Clock } from '../../../../common/time/clock.js';
import { AppConfig } from '../../../../config/app-config.js';
import { type AccountPrincipal } from '../../../auth/principals/device-principal.js';
import { notThere } from '../../circles.policy.js';
import { Messages } from '../../messages/messages.service.js';
import { safeName } from '../../safe-name.js';
import { MediaRepository, type StoredMedia } from '../media.repository.js';
import { MediaQuota } from './media-quota.service.js';
import { UploadAccess } from './upload-access.service.js';
import { HEAD_BYTES, typeOf } from '../content/media-type.js';
import { takeFile } from './multipart.js';
import { MediaStorage, newKey, refuseWithoutSpace } from '../storage/media-storage.js';
import { Thumbnails } from '../content/thumbnails.service.js';

/** A file whose content is in the storage. */
export interface Arrived {
  readonly key: string;
  readonly size: number;
  readonly name: string | undefined;
  readonly declaredType: string | undefined;
}

/** Uploads of files of messages. */
@Injectable()
export class Uploads {
  constructor(
    private readonly repository: MediaRepository,
    private readonly messages: Messages,
    private readonly access: UploadAccess,
    private readonly storage: MediaStorage,
    private readonly thumbnails: Thumbnails,
    private readonly quota: MediaQuota,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * A media that its author may upload now.
   * @throws AppError `not_found`, `forbidden`
   */
  async demandOwn(principal: AccountPrincipal, id: number): Promise<StoredMedia> {
    const media = await this.repository.find(id);
    if (media === undefined) throw notThere();
    await this.access.demand(principal, media);
    return media;
  }

  /**
   * Takes the content of a media from a multipart request.
   * @throws AppError `not_found`, `forbidden`, `conflict` when already uploaded, `payload_too_large`, `quota_exceeded`,
   * `storage_full`, `unsupported_media_type`, `malformed_body`
   */
  async take(principal: AccountPrincipal, id: number, request: IncomingMessage): Promise<StoredMedia> {
    const media = await this.demandOwn(principal, id);
    if (media.uploaded) throw uploadedBefore();
    const { maxBytes, pendingHours } = this.config.media;
    const key = newKey();
    // An upper bound: the request is longer than its file.
    const size = Math.min(Number(request.headers['content-length'] ?? maxBytes), maxBytes);
    await this.quota.reserve(media, key, size, pendingHours);
    try {
      const arrived = await takeFile(request, maxBytes, async ({ name, declaredType, content }) => {
        const size = await this.store(key, content);
        return { key, size, name, declaredType };
      });
      return await this.finish(principal, media, arrived);
    } catch (error) {
      await this.repository.discard(key);
      throw error;
    }
  }

  /**
   * Completes an upload whose content is in the storage: detects its type and tells the conversation.
   * @throws AppError `conflict`, `not_found`; `unauthenticated`, `forbidden` if its author lost access meanwhile
   */
  async finish(
    principal: AccountPrincipal,
    media: StoredMedia,
    { key, size, name, declaredType }: Arrived,
  ): Promise<StoredMedia> {
    await this.access.demandStill(principal, media);
    const { type, isDownload } = await typeOf(await this.head(key), declaredType);
    const upload = {
      storageKey: key,
      thumbnailDue: this.thumbnails.isDue(type, size),
      filename: safeName(name === undefined || name === '' ? media.identifier : name),
      contentType: type,
      isDownload,
      size,
      userId: media.userId,
      circleId: media.circleId,
    };
    const done = await this.repository.complete(media.id, upload, this.clock.date()).catch(refuseWithoutSpace);
    if (!done) {
      await this.repository.discard(key);
      const found = await this.repository.find(media.id);
      if (found === undefined) throw notThere();
      throw found.uploaded ? uploadedBefore() : notBegun();
    }
    await this.messages.announceUpload(media.messageId, media.id);
    if (upload.thumbnailDue) this.thumbnails.makeSoon({ ...upload, id: media.id });
    return { ...media, ...upload, uploaded: true };
  }

  /** @returns the size in bytes */
  private async store(key: string, content: Readable): Promise<number> {
    let size = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        done(null, chunk);
      },
    });
    await Promise.all([pipeline(content, counted), this.storage.write(key, counted)]);
    return size;
  }

  private async head(key: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    const content = await this.storage.read(key);
    for await (const chunk of content) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= HEAD_BYTES) break;
    }
    content.destroy();
    return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
  }
}

/** Or given up since. */
export const notBegun = (): AppError => new AppError('not_found', 'No upload has been started.');
export const uploadedBefore = (): AppError => new AppError('conflict', 'This file has already been uploaded.');
