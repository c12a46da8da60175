import { applyDecorators, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse } from '@nestjs/swagger';
import { type Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import { type UserPrincipal } from '../../auth/principals/user-principal.js';
import { Accounts } from '../accounts.service.js';
import { AccountExport, type ExportItem } from './account-export.service.js';

const NDJSON = 'application/x-ndjson';
/** Characters that are written together. */
const AT_ONCE = 16_384;
/** A reader that takes nothing for this long is considered gone. */
const STALL_MS = 60_000;

/** Everything stored about one account, for its owner and for admins. */
@ApiV1Controller('accounts')
export class AccountExportController {
  constructor(
    private readonly accounts: Accounts,
    private readonly exports: AccountExport,
  ) {}

  @Get('me/export')
  @Authenticated('user')
  @AnswersNdjson("Everything that is stored about the caller's account, one JSON object per line")
  exportMine(@CurrentPrincipal() { userId }: UserPrincipal, @Res() response: Response): Promise<void> {
    return this.send(userId, response);
  }

  @Get(':id/export')
  @Authenticated('admin')
  @AnswersNdjson('Everything that is stored about one account, one JSON object per line')
  @ApiProblems(404)
  export(@PathId() id: number, @Res() response: Response): Promise<void> {
    return this.send(id, response);
  }

  private async send(id: number, response: Response): Promise<void> {
    await this.exports.export(await this.accounts.get(id), async (items) => {
      response.setHeader('Content-Type', NDJSON);
      response.setHeader('Content-Disposition', `attachment; filename="account-${id}.ndjson"`);
      response.setTimeout(STALL_MS, () => response.destroy());
      // A client that leaves midway is not an error of ours; one that stays sees the connection break.
      await pipeline(Readable.from(linesOf(items), { highWaterMark: 1 }), response).catch(() => undefined);
    });
  }
}

function AnswersNdjson(summary: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiProduces(NDJSON),
    ApiResponse({
      status: 200,
      description:
        'A line `{"kind":"export",…}`, one for each stored item, with its `kind`, and at the end `{"kind":"end","lines":n}`.',
      content: { [NDJSON]: { schema: { type: 'string' } } },
    }),
  );
}

async function* linesOf(items: AsyncIterable<ExportItem>): AsyncGenerator<string> {
  let text = '';
  for await (const item of items) {
    text += `${JSON.stringify(item)}\n`;
    if (text.length < AT_ONCE) continue;
    yield text;
    text = '';
  }
  yield text;
}
