import { All, Body, Controller, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { AppError } from '../../../common/errors/app-error.js';
import { type ApplicationPrincipal } from '../../../modules/auth/application-principal.js';
import { Authenticated } from '../../../modules/auth/authenticated.decorator.js';
import { CurrentApplication } from '../../../modules/auth/current-application.decorator.js';
import { type EndpointWithCode, Endpoints } from '../../../modules/rooms/endpoints/endpoints.service.js';
import { LegacyAnswer, sendJson, sendText } from './legacy-answer.js';
import { LegacyRequestGuard } from './legacy-request.guard.js';
import { LegacyRoomsFilter } from './legacy-rooms.filter.js';
import { pythonJson } from './python-json.js';
import { ANONYMOUS, identityFault, isRoomName } from '../../../modules/rooms/room-name.js';
import { PERMISSIONS, type Permissions } from '../../../modules/rooms/rooms.events.js';
import { Rooms } from '../../../modules/rooms/directory/rooms.service.js';

const INVALID_PERMISSIONS = 'Invalid permissions: The permissions should be read, write or readwrite';

/** The HTTP interface of the original, answer by answer; see docs/protocols/rooms.md. */
@ApiExcludeController()
@Controller()
@UseGuards(LegacyRequestGuard)
@UseFilters(LegacyRoomsFilter)
export class LegacyRoomsController {
  constructor(
    private readonly rooms: Rooms,
    private readonly endpoints: Endpoints,
  ) {}

  @All(['create-room/:name', 'create_room/:name'])
  @Authenticated('application')
  async createRoom(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
    @Res() response: Response,
  ): Promise<void> {
    await this.rooms.create(applicationId, { name: validName(name) });
    sendText(response, 200, 'Room created successfully');
  }

  /** Of the later version: the room in the body. Its webhook is not adopted. */
  @Post(['create-room', 'create_room'])
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
      sendText(response, 200, 'Room already exists. Webhook updated successfully.');
      return;
    }
    sendText(response, 200, 'Room created successfully');
  }

  @All(['delete-room/:name', 'delete_room/:name'])
  @Authenticated('application')
  async deleteRoom(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Param('name') name: string,
    @Res() response: Response,
  ): Promise<void> {
    await this.rooms.delete(applicationId, name);
    sendText(response, 200, 'Room deleted successfully');
  }

  @All('list_rooms')
  @Authenticated('application')
  async listRooms(
    @CurrentApplication() { applicationId }: ApplicationPrincipal,
    @Res() response: Response,
  ): Promise<void> {
    sendJson(response, pythonJson({ rooms: await this.rooms.names(applicationId) }));
  }

  @All('add_endpoint/:name/:permissions')
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

  /** Of the later version: everything in the body. */
  @Post('add_endpoint')
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
  @Authenticated('application')
  async deleteEndpoint(
    @CurrentApplication() application: ApplicationPrincipal,
    @Param('name') name: string,
    @Param('code') code: string,
    @Res() response: Response,
  ): Promise<void> {
    await this.endpoints.delete(application, name, code);
    sendText(response, 200, 'Endpoint deleted successfully');
  }

  /** The room is looked for before anything else is checked. */
  private async makeEndpoint(
    application: ApplicationPrincipal,
    room: string,
    permissions: unknown,
    identity: unknown = ANONYMOUS,
  ): Promise<EndpointWithCode> {
    await this.rooms.get(application.applicationId, room);
    if (!isPermissions(permissions)) throw new LegacyAnswer(404, INVALID_PERMISSIONS);
    if (identityFault(identity) !== undefined) throw new LegacyAnswer(400, 'Invalid identity');
    return this.endpoints.create(application, room, { permissions, identity: identity as string });
  }
}

function validName(name: unknown): string {
  if (!isRoomName(name)) throw new LegacyAnswer(400, 'Invalid room name');
  return name;
}

const isPermissions = (value: unknown): value is Permissions => (PERMISSIONS as readonly unknown[]).includes(value);

/** An own member of a JSON object, `undefined` of anything else. */
function member(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  return (body as Record<string, unknown>)[name];
}

/** By hand: what counts is the last of several, and broken escapes are text. */
function queryOf({ originalUrl }: Request): URLSearchParams {
  const start = originalUrl.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : originalUrl.slice(start + 1));
}
