import { Injectable } from '@nestjs/common';
import { type ServerOptions, Server } from '@tus/server';
import { type Upload } from '@tus/server';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { AppError } from '../../../common/errors/app-error.js';
import { EXPOSED_HEADERS } from '../../../common/http/cors.js';
import { statusOf, toAppError } from '../../../common/http/problem.js';
import { AppConfig } from '../../../config/app-config.js';
import { type AccountPrincipal } from '../../auth/device-principal.js';
import { EphemeralStore } from '../../realtime/ephemeral-store.js';
import { MediaRepository, type StoredMedia } from './media.repository.js';
import { MediaStorage } from './storage/media-storage.js';
import { UploadLocker } from './upload-locker.js';
import { newKey, uploadedBefore, Uploads } from './uploads.service.js';

/** What a request is about, for the hooks of the tus server. */
interface UploadRequest extends IncomingMessage {
  upload?: { readonly media: StoredMedia; readonly key: string };
}

type TusRequest = Parameters<NonNullable<ServerOptions['namingFunction']>>[0];

/** Uploads that go on after an interruption, by the tus protocol: one per media, at one address. */
@Injectable()
export class ResumableUploads {
  private readonly tus: Server;

  constructor(
    private readonly uploads: Uploads,
    private readonly repository: MediaRepository,
    private readonly storage: MediaStorage,
    private readonly config: AppConfig,
    store: EphemeralStore,
  ) {
    this.tus = new Server({
      path: '/api/v1/media',
      datastore: storage.resumable,
      maxSize: config.media.maxBytes,
      locker: new UploadLocker(store),
      // Origins are checked and answered before, for all routes.
      allowedOrigins: () => false,
      exposedHeaders: [...EXPOSED_HEADERS],
      namingFunction: (request) => contextOf(request).key,
      getFileIdFromRequest: (request) => contextOf(request).key,
      generateUrl: (request) => `/api/v1/media/${contextOf(request).media.id}/upload`,
      onUploadFinish: async (request, upload) => {
        await this.finish(contextOf(request).media, upload);
        return {};
      },
      onResponseError: (_request, error) => {
        if (!(error instanceof Error)) return undefined;
        const problem = toAppError(error);
        return { status_code: statusOf(problem.kind), body: `${problem.detail}\n` };
      },
    });
  }

  /** Answers a request of the tus protocol. @throws AppError `not_found`, `forbidden`, `conflict` when it is uploaded */
  async handle(
    principal: AccountPrincipal,
    id: number,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    // For networks that let no other method through.
    const meant = /^(?:PATCH|DELETE|HEAD)$/i.exec(String(request.headers['x-http-method-override']))?.[0];
    if (request.method === 'POST' && meant !== undefined) request.method = meant.toUpperCase();
    const media = await this.uploads.demandOwn(principal, id);
    if (request.method === 'HEAD' && media.uploaded) {
      answerComplete(response, media);
      return;
    }
    if (media.uploaded) throw uploadedBefore();
    (request as UploadRequest).upload = { media, key: await this.keyFor(media, request.method) };
    if (request.method === 'HEAD' && (await this.completeBelated(media))) {
      await this.handle(principal, id, request, response);
      return;
    }
    await this.tus.handle(request, response);
  }

  private async keyFor(media: StoredMedia, method: string | undefined): Promise<string> {
    if (method !== 'POST') {
      if (media.storageKey === null) throw new AppError('not_found', 'No upload was begun.');
      return media.storageKey;
    }
    const key = newKey();
    await this.repository.expect([key], this.config.media.pendingHours);
    if (!(await this.repository.beginUpload(media.id, key))) throw uploadedBefore();
    return key;
  }

  private async finish(media: StoredMedia, { id: key, metadata }: Pick<Upload, 'id' | 'metadata'>): Promise<void> {
    const size = await this.storage.adopt(key);
    await this.uploads.finish(media, {
      key,
      size,
      name: metadata?.['filename'] ?? undefined,
      declaredType: metadata?.['filetype'] ?? undefined,
    });
  }

  /** All of it came, but whoever took it in did not live to say so. */
  private async completeBelated(media: StoredMedia): Promise<boolean> {
    const upload = await this.storage.resumable.getUpload(media.storageKey ?? '').catch(() => undefined);
    if (upload?.size === undefined || upload.offset !== upload.size) return false;
    await this.finish(media, upload);
    return true;
  }
}

function contextOf(request: TusRequest): { media: StoredMedia; key: string } {
  const upload = (request.runtime?.node?.req as UploadRequest | undefined)?.upload;
  if (upload === undefined) throw new AppError('not_found', 'No upload was begun.');
  return upload;
}

function answerComplete(response: ServerResponse, { size }: StoredMedia): void {
  const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(size ?? 0), 'Upload-Length': String(size ?? 0) };
  response.writeHead(200, { ...headers, 'Cache-Control': 'no-store' }).end();
}
