import { Login } from './accounts/login.entity.js';
import { User } from './accounts/user.entity.js';
import { Iota } from './omikron/iota.entity.js';
import { Profile } from './omikron/profile.entity.js';
import { Revocation } from './revocations/revocation.entity.js';
import { Application } from './rooms/application.entity.js';
import { ApplicationKey } from './rooms/application-key.entity.js';
import { RemovedRoom } from './rooms/removed-room.entity.js';
import { Room } from './rooms/room.entity.js';
import { RoomEndpoint } from './rooms/room-endpoint.entity.js';
import { RoomHead } from './rooms/room-head.entity.js';
import { RoomMessage } from './rooms/room-message.entity.js';
import { RoomMessageKey } from './rooms/room-message-key.entity.js';
import { Service } from './services/service.entity.js';

/** Every TypeORM class, listed by hand: no globs, so that tsc, vitest and the command line see the same set. */
export const ENTITIES = [
  User,
  Login,
  Service,
  Application,
  ApplicationKey,
  Room,
  RoomHead,
  RoomEndpoint,
  RoomMessage,
  RoomMessageKey,
  RemovedRoom,
  Iota,
  Profile,
  Revocation,
] as const;
