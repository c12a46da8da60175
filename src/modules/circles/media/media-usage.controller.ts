import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { AccountPrincipal } from '../../auth/principals/device-principal.js';
import { type UserPrincipal } from '../../auth/principals/user-principal.js';
import { MediaUsageDto } from './dto/media-usage.dto.js';
import { MediaQuota } from './uploads/media-quota.service.js';

@ApiV1Controller('accounts')
export class AccountMediaUsageController {
  constructor(private readonly quota: MediaQuota) {}

  @Get('me/media-usage')
  @Authenticated('user')
  @ApiOperation({ summary: "How much storage the caller's own files use, and may use" })
  async getMine(@CurrentPrincipal() { userId }: UserPrincipal): Promise<MediaUsageDto> {
    return MediaUsageDto.from(await this.quota.ofAccount(userId));
  }

  @Get(':id/media-usage')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'How much storage the files of an account use, and may use' })
  @ApiProblems(404)
  async get(@PathId() id: number): Promise<MediaUsageDto> {
    return MediaUsageDto.from(await this.quota.ofAccount(id));
  }
}

@ApiV1Controller('circles')
export class CircleMediaUsageController {
  constructor(private readonly quota: MediaQuota) {}

  @Get(':id/media-usage')
  @Authenticated('account')
  @ApiOperation({ summary: 'How much storage the files of a circle use, and may use' })
  @ApiProblems(404)
  async get(@CurrentPrincipal() principal: AccountPrincipal, @PathId() id: number): Promise<MediaUsageDto> {
    return MediaUsageDto.from(await this.quota.ofCircle(principal, id));
  }
}
