import { AuditCaller } from './audit/audit-caller.entity.js';
import { AuditEntry } from './audit/audit-entry.entity.js';
import { AuditPersonal } from './audit/audit-personal.entity.js';
import { AuditSeal } from './audit/audit-seal.entity.js';
import { Identity } from './accounts/identity.entity.js';
import { Login } from './accounts/login.entity.js';
import { MachineKey } from './accounts/machine-key.entity.js';
import { User } from './accounts/user.entity.js';
import { Call } from './calls/call.entity.js';
import { CallParticipant } from './calls/call-participant.entity.js';
import { Circle } from './circles/circle.entity.js';
import { CircleInvite } from './circles/circle-invite.entity.js';
import { CircleMember } from './circles/circle-member.entity.js';
import { Conversation } from './circles/conversation.entity.js';
import { ConversationLink } from './circles/conversation-link.entity.js';
import { ConversationMessage } from './circles/conversation-message.entity.js';
import { Device } from './circles/device.entity.js';
import { Media } from './circles/media.entity.js';
import { MediaGarbage } from './circles/media-garbage.entity.js';
import { Node } from './nodes/node.entity.js';
import { Iota } from './omikron/iota.entity.js';
import { Profile } from './omikron/profile.entity.js';
import { Revocation } from './revocations/revocation.entity.js';
import { Application } from './rooms/application.entity.js';
import { ApplicationKey } from './rooms/application-key.entity.js';
import { RemovedRoom } from './rooms/removed-room.entity.js';
import { Room } from './rooms/room.entity.js';
import { RoomEndpoint } from './rooms/room-endpoint.entity.js';
import { TokenIssuer } from './rooms/token-issuer.entity.js';
import { RoomHead } from './rooms/room-head.entity.js';
import { RoomMessage } from './rooms/room-message.entity.js';
import { RoomMessageKey } from './rooms/room-message-key.entity.js';
import { Service } from './services/service.entity.js';
import { LobbyToken } from './signaling/lobby-token.entity.js';

/** Every TypeORM class, listed by hand: no globs, so that tsc, vitest and the command line see the same set. */
export const ENTITIES = [
  User,
  Identity,
  Login,
  MachineKey,
  Service,
  Application,
  ApplicationKey,
  Room,
  RoomHead,
  RoomEndpoint,
  TokenIssuer,
  RoomMessage,
  RoomMessageKey,
  RemovedRoom,
  Iota,
  Profile,
  Revocation,
  Circle,
  CircleMember,
  CircleInvite,
  Device,
  Conversation,
  ConversationLink,
  ConversationMessage,
  Media,
  MediaGarbage,
  Call,
  CallParticipant,
  LobbyToken,
  Node,
  AuditCaller,
  AuditEntry,
  AuditPersonal,
  AuditSeal,
] as const;
