import { Delete, Get, Head, HttpCode, Patch, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiProduces, ApiResponse } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiProblems } from '../../../common/http/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { AcceptsOtherBodies } from '../../../common/http/json-api.interceptor.js';
import { NoContent } from '../../../common/http/outcomes.js';
import { PathId } from '../../../common/http/path-id.js';
import { Authenticated } from '../../auth/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/current-principal.decorator.js';
import type { AccountPrincipal } from '../../auth/device-principal.js';
import { MediaDto } from '../messages/dto/message.dto.js';
import { byteRange } from './byte-range.js';
import { contentDisposition, refuseRange, setContentHeaders } from './content-headers.js';
import { MediaFiles } from './media.service.js';
import { ResumableUploads } from './resumable-uploads.service.js';
import { THUMBNAIL_TYPE } from './thumbnails.service.js';
import { Uploads } from './uploads.service.js';

const BINARY = { schema: { type: 'string', format: 'binary' } } as const;

@ApiV1Controller('media')
export class MediaController {
  constructor(
    private readonly files: MediaFiles,
    private readonly uploads: Uploads,
    private readonly resumable: ResumableUploads,
  ) {}

  @Get(':id')
  @Authenticated('account')
  @ApiOperation({ summary: 'A file of a message' })
  @ApiProblems(404)
  async get(@CurrentPrincipal() principal: AccountPrincipal, @PathId() id: number): Promise<MediaDto> {
    return MediaDto.from(await this.files.get(principal, id));
  }

  @Delete(':id')
  @NoContent('The file is gone.')
  @Authenticated('account')
  @ApiOperation({ summary: 'Remove a file of a message of one’s own' })
  @ApiProblems(403, 404)
  async delete(@CurrentPrincipal() principal: AccountPrincipal, @PathId() id: number): Promise<void> {
    await this.files.remove(principal, id);
  }

  @Put(':id/content')
  @AcceptsOtherBodies()
  @Authenticated('account')
  @ApiOperation({ summary: 'Upload a file of a message of one’s own' })
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } },
  })
  @ApiProblems(403, 404, 409)
  async putContent(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
  ): Promise<MediaDto> {
    return MediaDto.from(await this.uploads.take(principal, id, request));
  }

  @Get(':id/content')
  @Authenticated('account')
  @ApiOperation({ summary: 'The content of a file, or a range of it' })
  @ApiHeader({ name: 'Range', required: false, schema: { type: 'string' }, description: 'E.g. `bytes=0-99`.' })
  @ApiProduces('application/octet-stream')
  @ApiResponse({ status: 200, description: 'All of it.', content: { 'application/octet-stream': BINARY } })
  @ApiResponse({ status: 206, description: 'The range.', content: { 'application/octet-stream': BINARY } })
  @ApiResponse({ status: 416, description: 'There are no such bytes: `range_not_satisfiable`.' })
  @ApiProblems(404, 409)
  async getContent(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const media = await this.files.demandContent(principal, id);
    const size = media.size ?? 0;
    const range = byteRange(request.headers.range, size);
    if (range === 'unsatisfiable') {
      refuseRange(response, size);
      return;
    }
    setContentHeaders(response, media.contentType ?? '');
    response.setHeader('Content-Disposition', contentDisposition(media.contentType ?? '', media.filename ?? ''));
    response.setHeader('Accept-Ranges', 'bytes');
    response.setHeader('Content-Length', range ? range.end - range.start + 1 : size);
    if (range) response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
    await send(request, response, () => this.files.content(media, range));
  }

  @Get(':id/thumbnail')
  @Authenticated('account')
  @ApiOperation({ summary: 'A small picture of a file that is a picture' })
  @ApiProduces(THUMBNAIL_TYPE)
  @ApiResponse({ status: 200, description: 'A WebP picture.', content: { [THUMBNAIL_TYPE]: BINARY } })
  @ApiProblems(404, 409)
  async getThumbnail(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const media = await this.files.demandContent(principal, id);
    const content = await this.files.thumbnail(media);
    setContentHeaders(response, THUMBNAIL_TYPE);
    response.setHeader('Content-Disposition', 'inline');
    await send(request, response, () => Promise.resolve(content));
  }

  @Post(':id/upload')
  @HttpCode(201)
  @AcceptsOtherBodies()
  @Authenticated('account')
  @ApiOperation({ summary: 'Begin a resumable upload (tus 1.0.0); a begun one is given up' })
  @ApiHeader({ name: 'Upload-Length', schema: { type: 'integer' }, description: 'Bytes of the file.' })
  @ApiHeader({
    name: 'Upload-Metadata',
    required: false,
    schema: { type: 'string' },
    description: '`filename`, `filetype`.',
  })
  @ApiProblems(403, 404, 409, 413)
  async createUpload(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.resumable.handle(principal, id, request, response);
  }

  @Head(':id/upload')
  @Authenticated('account')
  @ApiOperation({ summary: 'How far a resumable upload has come (tus)' })
  @ApiProblems(403, 404)
  async getUpload(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.resumable.handle(principal, id, request, response);
  }

  @Patch(':id/upload')
  @HttpCode(204)
  @AcceptsOtherBodies()
  @Authenticated('account')
  @ApiOperation({ summary: 'Send the next bytes of a resumable upload (tus)' })
  @ApiConsumes('application/offset+octet-stream')
  @ApiBody(BINARY)
  @ApiHeader({ name: 'Upload-Offset', schema: { type: 'integer' }, description: 'Bytes that came before.' })
  @ApiProblems(403, 404, 409)
  async appendUpload(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.resumable.handle(principal, id, request, response);
  }

  @Delete(':id/upload')
  @NoContent('The upload is given up.')
  @Authenticated('account')
  @ApiOperation({ summary: 'Give a resumable upload up (tus)' })
  @ApiProblems(403, 404, 409)
  async deleteUpload(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.resumable.handle(principal, id, request, response);
  }
}

/** Clients that go away in the middle are nobody's fault. */
async function send(request: Request, response: Response, open: () => Promise<Readable>): Promise<void> {
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const content = await open();
  await pipeline(content, response).catch(() => response.destroy());
}
