import { applyDecorators, Delete, Get, Head, HttpCode, Options, Patch, Post, Put, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiExtension,
  ApiTags,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiProduces,
  ApiResponse,
} from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { toDto } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { AcceptsOtherBodies } from '../../../common/http/input/json-api.guard.js';
import { NoContent } from '../../../common/http/problems/outcomes.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { Authenticated, Public } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { AccountPrincipal } from '../../auth/principals/device-principal.js';
import { MediaDto } from '../messages/dto/message.dto.js';
import { answerContent, contentOf } from './content/content-answer.js';
import { MediaFiles } from './media.service.js';
import { ResumableUploads } from './uploads/resumable-uploads.service.js';
import { THUMBNAIL_TYPE } from './content/thumbnails.service.js';
import { Uploads } from './uploads/uploads.service.js';

const BINARY = { schema: { type: 'string', format: 'binary' } } as const;
const BYTES = { type: 'integer', format: 'int64' } as const;

const TextHeader = (name: string, description: string): MethodDecorator & ClassDecorator =>
  ApiHeader({ name, required: false, schema: { type: 'string' }, description });

/** Marks an operation of the tus protocol: generated methods cannot resume uploads, tus clients can. */
const Tus = (): MethodDecorator =>
  applyDecorators(
    ApiTags('uploads'),
    ApiExtension('x-protocol', { name: 'tus', version: '1.0.0', client: 'https://tus.io/implementations' }),
  );

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
    return toDto(MediaDto, await this.files.get(principal, id));
  }

  @Delete(':id')
  @NoContent('The file is removed.')
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
  @ApiProblems(403, 404, 409, 413, 'quota_exceeded', 507)
  async putContent(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
  ): Promise<MediaDto> {
    return toDto(MediaDto, await this.uploads.take(principal, id, request));
  }

  @Get(':id/content')
  @Authenticated('account')
  @ApiOperation({ summary: 'The content of a file, or a range of it' })
  @TextHeader('Range', 'E.g. `bytes=0-99`.')
  @TextHeader('If-Range', '`ETag` of the first part.')
  @TextHeader('If-None-Match', '`ETag` of the copy one has.')
  @ApiProduces('application/octet-stream')
  @ApiResponse({ status: 200, description: 'All of it.', content: { 'application/octet-stream': BINARY } })
  @ApiResponse({ status: 206, description: 'The range.', content: { 'application/octet-stream': BINARY } })
  @ApiResponse({ status: 304, description: 'The content is the one named by `If-None-Match`.' })
  @ApiResponse({ status: 416, description: 'There are no such bytes: `range_not_satisfiable`.' })
  @ApiProblems(404, 409)
  async getContent(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const media = await this.files.demandContent(principal, id);
    await answerContent(request, response, contentOf(media), (range) => this.files.content(media, range));
  }

  @Get(':id/thumbnail')
  @Authenticated('account')
  @ApiOperation({ summary: 'The thumbnail of a picture' })
  @ApiProduces(THUMBNAIL_TYPE)
  @ApiResponse({ status: 200, description: 'A WebP picture.', content: { [THUMBNAIL_TYPE]: BINARY } })
  @ApiProblems(404, 409)
  async getThumbnail(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const key = await this.files.demandThumbnail(principal, id);
    const content = { type: THUMBNAIL_TYPE, etag: `"thumbnail-${id}"`, disposition: 'inline' };
    await answerContent(request, response, content, () => this.files.thumbnail(key));
  }

  @Post(':id/upload')
  @HttpCode(201)
  @AcceptsOtherBodies()
  @Authenticated('account')
  @Tus()
  @ApiOperation({ summary: 'Begin a resumable upload (tus 1.0.0); one already begun is discarded' })
  @ApiHeader({ name: 'Upload-Length', schema: BYTES, description: 'Bytes of the file.' })
  @TextHeader('Upload-Metadata', '`filename`, `filetype`.')
  @ApiProblems(403, 404, 409, 413, 'quota_exceeded', 507)
  async createUpload(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.resumable.handle(principal, id, request, response);
  }

  @Options(':id/upload')
  @HttpCode(204)
  @Public()
  @Tus()
  @ApiOperation({ summary: 'What this server knows of the tus protocol' })
  async describeUploads(@PathId() _id: number, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.resumable.describe(request, response);
  }

  @Head(':id/upload')
  @Authenticated('account')
  @Tus()
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
  @Tus()
  @ApiOperation({ summary: 'Send the next bytes of a resumable upload (tus)' })
  @ApiConsumes('application/offset+octet-stream')
  @ApiBody(BINARY)
  @ApiHeader({ name: 'Upload-Offset', schema: BYTES, description: 'Bytes received so far.' })
  @ApiProblems(403, 404, 409, 413, 507)
  async appendUpload(
    @CurrentPrincipal() principal: AccountPrincipal,
    @PathId() id: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.resumable.handle(principal, id, request, response);
  }

  @Delete(':id/upload')
  @NoContent('The upload is discarded.')
  @Authenticated('account')
  @Tus()
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
