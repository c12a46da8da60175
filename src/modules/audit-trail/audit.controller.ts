import { Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse } from '@nestjs/swagger';
import { type Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiV1Controller } from '../../common/http/api-v1-controller.js';
import { PathId } from '../../common/http/paths/path-id.js';
import { ApiProblems } from '../../common/http/problems/api-problems.js';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { AuditEntryDto, AuditPage, AuditQuery, AuditVerdictDto } from './audit.dto.js';
import { AuditTrail, type TrailItem } from './audit-trail.service.js';

const NDJSON = 'application/x-ndjson';

@ApiV1Controller('audit')
export class AuditController {
  constructor(private readonly trail: AuditTrail) {}

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List audit entries, newest first' })
  async list(@Query() query: AuditQuery): Promise<AuditPage> {
    const { items, nextCursor } = await this.trail.page(query);
    return { items: items.map((entry) => AuditEntryDto.from(entry)), nextCursor };
  }

  @Get('verify')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Check that no entry is missing or changed' })
  verify(): Promise<AuditVerdictDto> {
    return this.trail.verify();
  }

  @Get('export')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Export all entries and seals, one JSON object per line, for `npm run audit:verify`' })
  @ApiProduces(NDJSON)
  @ApiResponse({
    status: 200,
    description: 'Each `{"seal":…}` precedes the `{"entry":…}` lines that it covers; unsealed entries come last.',
    content: { [NDJSON]: { schema: { type: 'string' } } },
  })
  async export(@Res() response: Response): Promise<void> {
    const items = await this.trail.export();
    response.setHeader('Content-Type', NDJSON);
    response.setHeader('Content-Disposition', 'attachment; filename="audit.ndjson"');
    // A client that leaves halfway is not an error here; one that stays sees the connection break.
    await pipeline(Readable.from(linesOf(items)), response).catch(() => undefined);
  }

  @Get(':id')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Get an audit entry' })
  @ApiProblems(404)
  async get(@PathId() id: number): Promise<AuditEntryDto> {
    return AuditEntryDto.from(await this.trail.get(id));
  }
}

async function* linesOf(items: AsyncIterable<TrailItem>): AsyncGenerator<string> {
  for await (const item of items) yield `${JSON.stringify(item)}\n`;
}
