// The same four routes in plain Nest and TypeORM, on the server's own tables: node peer.js <database url>
import 'reflect-metadata';
import { verify } from '@node-rs/argon2';
import {
  BadRequestException,
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  HttpCode,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Post,
  Query,
  Req,
  UnauthorizedException,
  UseGuards,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Type } from 'class-transformer';
import { IsDefined, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { type Request } from 'express';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { Repository } from 'typeorm';
import { Login } from '../../src/entities/accounts/login.entity.js';
import { User } from '../../src/entities/accounts/user.entity.js';
import { ENTITIES } from '../../src/entities/index.js';
import { ApplicationKey } from '../../src/entities/rooms/application-key.entity.js';
import { type Application } from '../../src/entities/rooms/application.entity.js';
import { RoomEndpoint } from '../../src/entities/rooms/room-endpoint.entity.js';
import { RoomHead } from '../../src/entities/rooms/room-head.entity.js';
import { RoomMessage } from '../../src/entities/rooms/room-message.entity.js';
import { Room } from '../../src/entities/rooms/room.entity.js';

const sha256 = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();
const sealKey = randomBytes(32);
const LOGIN_MS = 30 * 24 * 3_600_000;

interface KeyedRequest extends Request {
  key: ApplicationKey & { application: Application };
}

@Injectable()
class ApiKeyGuard implements CanActivate {
  constructor(@InjectRepository(ApplicationKey) private readonly keys: Repository<ApplicationKey>) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<KeyedRequest>();
    const digest = sha256(String(request.headers['api-key'] ?? ''));
    const key = await this.keys.findOne({ where: { digest }, relations: { application: true } });
    if (key === null) throw new UnauthorizedException();
    request.key = key;
    return true;
  }
}

class PublishRequest {
  @IsDefined()
  message!: unknown;

  @IsOptional()
  @IsString()
  @MaxLength(100)
  identity?: string;
}

class EndpointRequest {
  @IsIn(['read', 'write', 'readwrite'])
  permissions!: 'read' | 'write' | 'readwrite';

  @IsOptional()
  @IsString()
  @MaxLength(100)
  identity?: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(315_360_000)
  expiresInSeconds?: number;
}

class HistoryQuery {
  @Type(() => Number)
  @IsOptional()
  @IsInt()
  @Min(0)
  after = 0;

  @Type(() => Number)
  @IsOptional()
  @IsInt()
  @Min(1)
  limit = 50;
}

class LoginRequest {
  @IsString()
  @MaxLength(254)
  email!: string;

  @IsString()
  @MaxLength(200)
  password!: string;
}

@Controller('api/v1/rooms/:name')
@UseGuards(ApiKeyGuard)
class RoomsController {
  constructor(
    @InjectRepository(Room) private readonly rooms: Repository<Room>,
    @InjectRepository(RoomHead) private readonly heads: Repository<RoomHead>,
    @InjectRepository(RoomMessage) private readonly messages: Repository<RoomMessage>,
    @InjectRepository(RoomEndpoint) private readonly endpoints: Repository<RoomEndpoint>,
  ) {}

  @Post('messages')
  @HttpCode(202)
  async publish(@Req() { key }: KeyedRequest, @Param('name') name: string, @Body() body: PublishRequest) {
    const room = await this.find(key, name);
    // The room has no members to send it to.
    if (!room.durable) return { offset: null, epoch: null };
    const rows: { offset: string; epoch: string }[] = await this.messages.query(
      `WITH "head" AS (
         UPDATE "room_heads" SET "last_offset" = "last_offset" + 1 WHERE "room_id" = $1 RETURNING "epoch", "last_offset"
       )
       INSERT INTO "room_messages" ("room_id", "offset", "sent_at", "identity", "message")
       SELECT $1, "last_offset", now(), $2, $3 FROM "head"
       RETURNING "offset", (SELECT "epoch" FROM "head")`,
      [room.id, body.identity ?? key.application.name, JSON.stringify(body.message)],
    );
    return rows.map(({ offset, epoch }) => ({ offset: Number(offset), epoch }))[0];
  }

  @Get('messages')
  async list(@Req() { key }: KeyedRequest, @Param('name') name: string, @Query() { after, limit }: HistoryQuery) {
    const room = await this.find(key, name);
    const head = await this.heads.findOneBy({ roomId: room.id });
    if (head === null) throw new BadRequestException();
    const rows: { offset: string; sent_at: Date; identity: string; message: string }[] = await this.messages.query(
      `SELECT "offset", "sent_at", "identity", "message" FROM "room_messages"
       WHERE "room_id" = $1 AND "offset" > $2 ORDER BY "offset" LIMIT $3`,
      [room.id, Math.max(after, Number(head.floorOffset)), Math.min(limit, 200)],
    );
    const items = rows.map(({ offset, sent_at, identity, message }) => ({
      offset: Number(offset),
      message: JSON.parse(message) as unknown,
      identity,
      timestamp: sent_at,
    }));
    const last = items.at(-1);
    const nextCursor = last !== undefined && last.offset < Number(head.lastOffset) ? String(last.offset) : null;
    return { items, nextCursor, epoch: head.epoch, offset: Number(head.lastOffset) };
  }

  @Post('endpoints')
  async create(@Req() { key }: KeyedRequest, @Param('name') name: string, @Body() body: EndpointRequest) {
    const room = await this.find(key, name);
    const { permissions, identity = 'Anonymous', expiresInSeconds } = body;
    const code = randomBytes(50).toString('hex');
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', sealKey, nonce);
    const text = Buffer.concat([cipher.update(code), cipher.final()]);
    const expiresAt = expiresInSeconds === undefined ? null : new Date(Date.now() + expiresInSeconds * 1_000);
    await this.endpoints.insert({
      roomId: room.id,
      keyId: key.id,
      madeByKey: key.id,
      codeDigest: sha256(code),
      codeSealed: Buffer.concat([nonce, cipher.getAuthTag(), text]),
      permissions,
      identity,
      expiresAt,
    });
    return { code, room: name, permissions, identity, expiresAt };
  }

  private async find(key: ApplicationKey, name: string): Promise<Room> {
    const room = await this.rooms.findOneBy({ applicationId: key.applicationId, name });
    if (room === null) throw new NotFoundException();
    return room;
  }
}

@Controller('api/v1/auth')
class AuthController {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    @InjectRepository(Login) private readonly logins: Repository<Login>,
    private readonly jwt: JwtService,
  ) {}

  @Post('login')
  @HttpCode(200)
  async login(@Body() { email, password }: LoginRequest) {
    const user = await this.users.findOneBy({ email: email.trim().toLowerCase() });
    const isRight = user !== null && (await verify(user.passwordHash ?? '', password));
    if (!isRight || user.disabled) throw new UnauthorizedException();
    const [handle, secret] = [randomBytes(32), randomBytes(32)];
    const { identifiers } = await this.logins.insert({
      userId: user.id,
      handleDigest: sha256(handle),
      secretDigest: sha256(secret),
      lastUsedAt: new Date(),
      expiresAt: new Date(Date.now() + LOGIN_MS),
    });
    const accessToken = await this.jwt.signAsync({ sub: String(user.id), sid: identifiers[0]?.['id'] as number });
    const { id, firstName, lastName, birthday, role, disabled, createdAt } = user;
    return {
      accessToken,
      expiresIn: 900,
      refreshToken: Buffer.concat([handle, secret]).toString('base64url'),
      user: { id, email: user.email, firstName, lastName, birthday, role, disabled, createdAt },
    };
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.argv[2] ?? '', entities: [...ENTITIES], poolSize: 10 }),
    TypeOrmModule.forFeature([ApplicationKey, Login, Room, RoomEndpoint, RoomHead, RoomMessage, User]),
    JwtModule.register({ secret: randomBytes(32).toString('hex'), signOptions: { expiresIn: 900 } }),
  ],
  controllers: [RoomsController, AuthController],
})
class PeerModule {}

const app = await NestFactory.create<NestExpressApplication>(PeerModule, { logger: ['error', 'warn'] });
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
await app.listen(0, '127.0.0.1');
process.send?.(await app.getUrl());
process.once('disconnect', () => process.exit());
