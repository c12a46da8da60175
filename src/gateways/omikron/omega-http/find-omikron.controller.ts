import { Controller, Get, Header, Param, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../../../modules/auth/access/authenticated.decorator.js';
import { OmegaAnswerDto, OmegaErrorDto } from './omega.dto.js';
import { FindOmikronFilter } from './find-omikron.filter.js';
import { FindOmikron } from '../../../modules/omikron/directory/find-omikron.service.js';

/** The directory exactly as the clients of Omega know it, including its texts. */
@Controller('api/find_omikron')
@ApiTags('legacy')
@UseFilters(FindOmikronFilter)
export class FindOmikronController {
  constructor(private readonly directory: FindOmikron) {}

  @Get()
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'A host to connect an Iota or a client to' })
  @ApiResponse({ status: 200, type: OmegaAnswerDto })
  @ApiResponse({ status: 404, type: OmegaErrorDto, description: 'None accepts connections.' })
  async any(): Promise<OmegaAnswerDto> {
    const { node, load } = await this.directory.any();
    return OmegaAnswerDto.of(node, `The Omikron you where provided has a useage of ${load}%`);
  }

  @Get(':userId')
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: "The host that a user's Iota is connected to" })
  @ApiParam({ name: 'userId', schema: { type: 'string', example: '0f8fad5b-d9cb-469f-a165-70867728950e' } })
  @ApiResponse({ status: 200, type: OmegaAnswerDto })
  @ApiResponse({ status: 400, type: OmegaErrorDto, description: 'This is not a UUID.' })
  @ApiResponse({ status: 404, type: OmegaErrorDto, description: 'No such user, or its Iota is not connected.' })
  @ApiResponse({ status: 503, type: OmegaErrorDto, description: 'The host is leaving; try again.' })
  async ofUser(@Param('userId') userId: string): Promise<OmegaAnswerDto> {
    const node = await this.directory.ofUser(userId);
    return OmegaAnswerDto.of(node, 'The iota you are searching is on the provided Omikron');
  }
}
