import { Injectable, Logger } from '@nestjs/common';
import { EVENTS, Server, type ServerOptions, type Upload } from '@tus/server';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { EXPOSED_HEADERS } from '../../../../common/http/policy/cors.js';
import { statusOf, toAppError } from '../../../../common/http/problems/problem.js';
import { AppConfig } from '../../../../config/app-config.js';
import { type AccountPrincipal } from '../../../auth/principals/device-principal.js';
import { Hub } from '../../../realtime/fan-out/hub.js';
import { Leases } from '../../../realtime/resilience/leases.service.js';
import { MediaRepository, type StoredMedia } from '../media.repository.js';
import { MediaQuota } from './media-quota.service.js';
import { MediaStorage, newKey } from '../storage/media-storage.js';
import { UploadLocker } from './upload-locker.js';
import { notBegun, uploadedBefore, Uploads } from './uploads.service.js';

const VERSION = '1.0.0';
/** An upload that gets no bytes for this time is given up. */
const IDLE_HOURS = 1;
/** How often arriving bytes are recorded. */
const NOTE_MS = 60_000;

interface UploadContext {
  readonly principal: AccountPrincipal;
  readonly media: StoredMedia;
  readonly key: string;
}

/** Carries what a request is about to the hooks of the tus server. */
interface UploadRequest extends IncomingMessage {
  upload?: UploadContext;
}

type TusRequest = Parameters<NonNullable<ServerOptions['namingFunction']>>[0];

/** Uploads that can continue after an interruption, by the tus protocol: one per media, at one address. */
@Injectable()
export class ResumableUploads {
  private readonly logger = new Logger(ResumableUploads.name);
  private readonly tus: Server;

  constructor(
    private readonly uploads: Uploads,
    private readonly repository: MediaRepository,
    private readonly storage: MediaStorage,
    private readonly quota: MediaQuota,
    private readonly config: AppConfig,
    leases: Leases,
    hub: Hub,
  ) {
    this.tus = new Server({
      path: '/api/v1/media',
      datastore: storage.resumable,
      maxSize: config.media.maxBytes,
      postReceiveInterval: NOTE_MS,
      locker: new UploadLocker(leases, hub),
      // CORS is already handled for all routes.
      allowedOrigins: () => false,
      exposedHeaders: [...EXPOSED_HEADERS],
      namingFunction: (request) => contextOf(request).key,
      getFileIdFromRequest: (request) => contextOf(request).key,
      generateUrl: (request) => `/api/v1/media/${contextOf(request).media.id}/upload`,
      // Only here, when the request is known to be valid, is an earlier upload given up.
      onUploadCreate: async (request, upload) => {
        await this.begin(contextOf(request).media, upload).catch(rethrow);
        return {};
      },
      onUploadFinish: async (request, upload) => {
        await this.finish(contextOf(request), upload).catch(rethrow);
        return {};
      },
      onResponseError: (_request, error) => {
        if (!(error instanceof Error)) return undefined;
        const problem = toAppError(this.storage.problemOf(error));
        return { status_code: statusOf(problem.kind), body: `${problem.detail}\n` };
      },
    });
    this.tus.on(EVENTS.POST_RECEIVE, (_request, { id }) => {
      this.note(this.repository.postpone(id, IDLE_HOURS));
    });
    this.tus.on(EVENTS.POST_TERMINATE, (_request, _response, id) => {
      this.note(this.repository.discard(id));
    });
  }

  /** Tells which version, extensions and size are supported. */
  async describe(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.tus.handle(request, response);
  }

  /**
   * Answers a request of the tus protocol. @throws AppError `not_found`, `forbidden`, `conflict` when already uploaded
   */
  async handle(
    principal: AccountPrincipal,
    id: number,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (request.headers['tus-resumable'] !== VERSION) {
      response.writeHead(412, { 'Tus-Version': VERSION, 'Tus-Resumable': VERSION }).end();
      return;
    }
    // For networks that block other methods.
    const meant = /^(?:PATCH|DELETE|HEAD)$/i.exec(String(request.headers['x-http-method-override']))?.[0];
    if (request.method === 'POST' && meant !== undefined) request.method = meant.toUpperCase();
    // Already evaluated. The tus server does not need it, but refuses the list that several proxies make of it.
    request.rawHeaders = request.rawHeaders.filter(
      (_part, at, all) => !/^x-forwarded-proto$/i.test(all[at & ~1] ?? ''),
    );
    const media = await this.uploads.demandOwn(principal, id);
    if (request.method === 'HEAD' && media.uploaded) {
      answerComplete(response, media);
      return;
    }
    if (media.uploaded) throw uploadedBefore();
    const key = request.method === 'POST' ? newKey() : media.storageKey;
    if (key === null || !(await this.goesOn(request.method, key))) throw notBegun();
    const context = { principal, media, key };
    (request as UploadRequest).upload = context;
    if (request.method === 'HEAD' && (await this.completeBelated(context))) {
      await this.handle(principal, id, request, response);
      return;
    }
    await this.tus.handle(request, response);
  }

  private async goesOn(method: string | undefined, key: string): Promise<boolean> {
    if (method === 'HEAD') return this.repository.awaits(key);
    // Here, too, because the connection may break before bytes are recorded the first time.
    return method !== 'PATCH' || this.repository.postpone(key, IDLE_HOURS);
  }

  private async begin(media: StoredMedia, { id: key, size }: Upload): Promise<void> {
    await this.quota.reserve(media, key, size ?? this.config.media.maxBytes, IDLE_HOURS);
    if (await this.repository.beginUpload(media.id, key)) return;
    await this.repository.discard(key);
    throw uploadedBefore();
  }

  /** Records without waiting: what fails is recorded with the next bytes, or swept later. */
  private note(noted: Promise<unknown>): void {
    noted.catch((error: unknown) => {
      this.logger.debug({ msg: 'the state of an upload could not be recorded', reason: (error as Error).message });
    });
  }

  private async finish({ principal, media }: UploadContext, { id: key, metadata }: Upload): Promise<void> {
    const size = await this.storage.adopt(key);
    await this.uploads.finish(principal, media, {
      key,
      size,
      name: metadata?.['filename'] ?? undefined,
      declaredType: metadata?.['filetype'] ?? undefined,
    });
  }

  /** Completes an upload that has all its bytes, but whose request did not live to finish it. */
  private async completeBelated(context: UploadContext): Promise<boolean> {
    const upload = await this.storage.resumable.getUpload(context.key).catch(() => undefined);
    if (upload?.size === undefined || upload.offset !== upload.size) return false;
    await this.finish(context, upload);
    return true;
  }
}

/** Errors in the hooks are not faults of the storage. */
function rethrow(error: unknown): never {
  throw toAppError(error);
}

function contextOf(request: TusRequest): UploadContext {
  const upload = (request.runtime?.node?.req as UploadRequest | undefined)?.upload;
  if (upload === undefined) throw notBegun();
  return upload;
}

function answerComplete(response: ServerResponse, { size }: StoredMedia): void {
  const headers = { 'Tus-Resumable': VERSION, 'Upload-Offset': String(size ?? 0), 'Upload-Length': String(size ?? 0) };
  response.writeHead(200, { ...headers, 'Cache-Control': 'no-store' }).end();
}
