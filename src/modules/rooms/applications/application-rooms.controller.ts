import { Get, Header, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { toDto, toDtoPage } from '../../../common/http/dto.js';
import { ApiProblems } from '../../../common/http/problems/api-problems.js';
import { ApiV1Controller } from '../../../common/http/api-v1-controller.js';
import { toPage } from '../../../common/http/paging/cursor.js';
import { SearchQuery, PlaceQuery } from '../../../common/http/paging/page.dto.js';
import { PathId } from '../../../common/http/paths/path-id.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { Applications } from './applications.service.js';
import { AdminEndpointDto, AdminEndpointPage, EndpointQuery } from '../endpoints/endpoint.dto.js';
import { HistoryQuery, RoomMessagePage } from '../messages/room-message.dto.js';
import { RoomDto, RoomPage, RoomPresenceDto } from '../directory/room.dto.js';
import { Endpoints } from '../endpoints/endpoints.service.js';
import { historyJson } from '../messages/history-json.js';
import { RoomMessages } from '../messages/room-messages.service.js';
import { Rooms } from '../directory/rooms.service.js';

/**
 * The rooms of any application, for admins: what the application itself sees, without the codes that admit to rooms.
 */
@ApiV1Controller('applications/:id/rooms', 'applications')
export class ApplicationRoomsController {
  constructor(
    private readonly applications: Applications,
    private readonly rooms: Rooms,
    private readonly endpoints: Endpoints,
    private readonly messages: RoomMessages,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List the rooms of an application, or find them by name' })
  @ApiProblems(404)
  async list(@PathId() id: number, @Query() query: SearchQuery): Promise<RoomPage> {
    await this.applications.get(id);
    return toDtoPage(RoomDto, await this.rooms.page(id, query));
  }

  @Get(':name')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'One room of an application' })
  @ApiProblems(404)
  async get(@PathId() id: number, @Param('name') name: string): Promise<RoomDto> {
    return toDto(RoomDto, await this.rooms.get(id, name));
  }

  @Get(':name/endpoints')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'List the endpoints of a room, without their codes' })
  @ApiProblems(404)
  async listEndpoints(
    @PathId() id: number,
    @Param('name') name: string,
    @Query() query: EndpointQuery,
  ): Promise<AdminEndpointPage> {
    const endpoints = await this.endpoints.page(id, name, query);
    return toPage(endpoints, query.limit, (endpoint) => AdminEndpointDto.from(endpoint));
  }

  @Get(':name/messages')
  @Header('Content-Type', 'application/json; charset=utf-8')
  @Authenticated('operator')
  @ApiOperation({ summary: 'The messages of a durable room of an application, from an offset on' })
  @ApiOkResponse({ type: RoomMessagePage })
  @ApiProblems(404, 'room_not_durable', 'epoch_changed')
  async listMessages(@PathId() id: number, @Param('name') name: string, @Query() query: HistoryQuery): Promise<string> {
    const input = { ...HistoryQuery.position(query), limit: query.limit };
    const history = await this.messages.history(id, name, input);
    // Reading what others said always leaves a trace.
    const target = { kind: 'room', id: null, label: name };
    await this.audit.note({ action: 'rooms.read-messages', target, changes: { application: id, after: input.after } });
    return historyJson(history);
  }

  @Get(':name/presence')
  @Authenticated('viewer')
  @ApiOperation({ summary: 'Who is connected to a room of an application now' })
  @ApiProblems(404)
  async presence(
    @PathId() id: number,
    @Param('name') name: string,
    @Query() query: PlaceQuery,
  ): Promise<RoomPresenceDto> {
    return this.rooms.present(id, name, query);
  }
}
