import { All, Body, Controller, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiBody, ApiParam, ApiQuery } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { AppError } from '../../../common/errors/app-error.js';
import { LegacyRoute } from '../../../common/http/openapi/openapi-legacy.js';
import { type ApplicationPrincipal } from '../../../modules/auth/principals/application-principal.js';
import { Authenticated } from '../../../modules/auth/access/authenticated.decorator.js';
import { CurrentApplication } from '../../../modules/auth/access/current-application.decorator.js';
import { PERMISSION } from '../../../modules/rooms/endpoints/endpoint.dto.js';
import { type EndpointWithCode, Endpoints } from '../../../modules/rooms/endpoints/endpoints.service.js';
import {
  LegacyCreateRoomRequest,
  LegacyEndpointDto,
  LegacyEndpointList,
  LegacyEndpointRequest,
  LegacyNewEndpointDto,
  LegacyRoomList,
} from './legacy.dto.js';
import { LegacyAnswer, NO_KEY, ROOM_EXISTS, sendJson, sendText } from './legacy-answer.js';
import { LegacyRequestGuard } from './legacy-request.guard.js';
import { LegacyRoomsFilter } from './legacy-rooms.filter.js';
import { pythonJson } from './python-json.js';
import { identityFault } from '../../../common/http/input/text-rules.js';
import { ANONYMOUS, isRoomName } from '../../../modules/rooms/room-name.js';
import { PERMISSIONS, type Permissions } from '../../../modules/rooms/rooms.events.js';
import { Rooms } from '../../../modules/rooms/directory/rooms.service.js';

const INVALID_PERMISSIONS = 'Invalid permissions: The permissions should be read, write or readwrite';
const INVALID_NAME = 'Invalid room name';
const INVALID_IDENTITY = 'Invalid identity';
const CREATED = 'Room created successfully';
const DELETED = 'Room deleted successfully';
const ENDPOINT_DELETED = 'Endpoint deleted successfully';
const UPDATED = 'Room already exists. Webhook updated successfully.';
/** Errors that every route may answer. */
const ERRORS = { 403: [NO_KEY], 429: [null], 500: [null], 503: [null] } as const;
const ENDPOINT_ERRORS = { ...ERRORS, 400: [INVALID_IDENTITY], 404: [INVALID_PERMISSIONS, null] } as const;

/** The HTTP interface of the original, response by response; see docs/protocols/rooms.md. */
@Controller()
@UseGuards(LegacyRequestGuard)
@UseFilters(LegacyRoomsFilter)
export class LegacyRoomsController {
  constructor(
    private readonly rooms: Rooms,
    private readonly endpoints: Endpoints,
  ) {}

  @All(['create-room/:name', 'create_room/:name'])
  @LegacyRoute({
    at: 'get /create-room/{name}/',
    summary: 'Make a room',
    description: 'Also at `/create_room/{name}/`, and by POST.',
    answer: CREATED,
    errors: { ...ERRORS, 400: [INVALID_NAME], 404: [ROOM_EXISTS] },
  })
  @Authenticated('application')
  async createRoom(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
    @Res() response: Response,
  ): Promise<void> {
    await this.rooms.create(applicationId, { name: validName(name) });
    sendText(response, 200, CREATED);
  }

  /** From a later version of the original, with the room in the body. Its webhook is not supported. */
  @Post(['create-room', 'create_room'])
  @LegacyRoute({
    at: 'post /create_room/',
    summary: 'Make a room, named in the body',
    description: `Of a later version of the original; also at \`/create-room/\`. A room that exists is answered \`${UPDATED}\``,
    answer: CREATED,
    errors: { ...ERRORS, 400: [INVALID_NAME, null], 413: [null] },
  })
  @ApiBody({ type: LegacyCreateRoomRequest })
  @Authenticated('application')
  async createRoomByBody(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Body() body: unknown,
    @Res() response: Response,
  ): Promise<void> {
    try {
      await this.rooms.create(applicationId, { name: validName(member(body, 'room_name')) });
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'conflict') throw error;
      sendText(response, 200, UPDATED);
      return;
    }
    sendText(response, 200, CREATED);
  }

  @All(['delete-room/:name', 'delete_room/:name'])
  @LegacyRoute({
    at: 'get /delete-room/{name}/',
    summary: 'Remove a room with its endpoints',
    description: 'Also at `/delete_room/{name}/`, and by POST.',
    answer: DELETED,
    errors: { ...ERRORS, 404: [null] },
  })
  @Authenticated('application')
  async deleteRoom(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
    @Res() response: Response,
  ): Promise<void> {
    await this.rooms.delete(applicationId, name);
    sendText(response, 200, DELETED);
  }

  @All('list_rooms')
  @LegacyRoute({
    at: 'get /list_rooms/',
    summary: 'The rooms of an application, in the order in which they were made',
    description: 'Also by POST.',
    answer: LegacyRoomList,
    errors: ERRORS,
  })
  @Authenticated('application')
  async listRooms(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Res() response: Response,
  ): Promise<void> {
    sendJson(response, pythonJson({ rooms: await this.rooms.names(applicationId) }));
  }

  @All('add_endpoint/:name/:permissions')
  @LegacyRoute({
    at: 'post /add_endpoint/{name}/{permissions}/',
    summary: 'Make an endpoint of a room',
    description: 'Also by GET.',
    answer: LegacyEndpointDto,
    errors: ENDPOINT_ERRORS,
  })
  @ApiParam({ name: 'permissions', enum: PERMISSION.values, enumName: PERMISSION.name, description: 'What it may do.' })
  @ApiQuery({ name: 'identity', required: false, type: String, description: 'What others see; absent = `Anonymous`.' })
  @Authenticated('application')
  async addEndpoint(
    @CurrentApplication() application: ApplicationPrincipal,
    @Param('name') name: string,
    @Param('permissions') permissions: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const identity = queryOf(request).getAll('identity').at(-1);
    const { code, room, ...rest } = await this.makeEndpoint(application, name, permissions, identity);
    sendJson(response, pythonJson({ code, room, permissions: rest.permissions, identity: rest.identity }));
  }

  /** From a later version of the original, with everything in the body. */
  @Post('add_endpoint')
  @LegacyRoute({
    at: 'post /add_endpoint/',
    summary: 'Make an endpoint of a room, all in the body',
    description: 'Of a later version of the original.',
    answer: LegacyNewEndpointDto,
    errors: { ...ENDPOINT_ERRORS, 400: [INVALID_IDENTITY, null], 413: [null] },
  })
  @ApiBody({ type: LegacyEndpointRequest })
  @Authenticated('application')
  async addEndpointByBody(
    @CurrentApplication() application: ApplicationPrincipal,
    @Body() body: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const name = member(body, 'room_name');
    const made = await this.makeEndpoint(
      application,
      typeof name === 'string' ? name : '',
      member(body, 'permissions'),
      member(body, 'identity'),
    );
    const { code, room, permissions, identity } = made;
    sendJson(response, pythonJson({ code, room_name: room, permissions, identity }));
  }

  @All('list_endpoints/:name')
  @LegacyRoute({
    at: 'get /list_endpoints/{name}/',
    summary: 'The endpoints of a room',
    description: 'Also by POST.',
    answer: LegacyEndpointList,
    errors: { ...ERRORS, 404: [null] },
  })
  @Authenticated('application')
  async listEndpoints(
    @CurrentApplication() application: ApplicationPrincipal,
    @Param('name') name: string,
    @Res() response: Response,
  ): Promise<void> {
    const endpoints = (await this.endpoints.all(application, name)).map(({ code, permissions, identity }) => ({
      code,
      permissions,
      identity,
    }));
    sendJson(response, pythonJson({ endpoints }));
  }

  @All('delete_endpoint/:name/:code')
  @LegacyRoute({
    at: 'get /delete_endpoint/{name}/{code}/',
    summary: 'Remove an endpoint of a room',
    description: 'Also by POST. Its sockets are closed.',
    answer: ENDPOINT_DELETED,
    errors: { ...ERRORS, 404: [null] },
  })
  @Authenticated('application')
  async deleteEndpoint(
    @CurrentApplication() application: ApplicationPrincipal,
    @Param('name') name: string,
    @Param('code') code: string,
    @Res() response: Response,
  ): Promise<void> {
    await this.endpoints.delete(application, name, code);
    sendText(response, 200, ENDPOINT_DELETED);
  }

  /** Checks for the room before anything else. */
  private async makeEndpoint(
    application: ApplicationPrincipal,
    room: string,
    permissions: unknown,
    identity: unknown = ANONYMOUS,
  ): Promise<EndpointWithCode> {
    await this.rooms.get(application.applicationId, room);
    if (!isPermissions(permissions)) throw new LegacyAnswer(404, INVALID_PERMISSIONS);
    if (identityFault(identity) !== undefined) throw new LegacyAnswer(400, INVALID_IDENTITY);
    return this.endpoints.create(application, room, { permissions, identity: identity as string });
  }
}

function validName(name: unknown): string {
  if (!isRoomName(name)) throw new LegacyAnswer(400, INVALID_NAME);
  return name;
}

const isPermissions = (value: unknown): value is Permissions => (PERMISSIONS as readonly unknown[]).includes(value);

/** An own member of a JSON object; `undefined` for anything else. */
function member(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  return (body as Record<string, unknown>)[name];
}

/** Parsed by hand: the last of repeated parameters counts, and broken escapes are taken literally. */
function queryOf({ originalUrl }: Request): URLSearchParams {
  const start = originalUrl.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : originalUrl.slice(start + 1));
}
