import { type EntityTarget, type ObjectLiteral } from 'typeorm';
import { User } from '../../entities/accounts/user.entity.js';
import { Identity } from '../../entities/accounts/identity.entity.js';
import { MachineKey } from '../../entities/accounts/machine-key.entity.js';
import { Device } from '../../entities/circles/device.entity.js';
import { Iota } from '../../entities/omikron/iota.entity.js';
import { Profile } from '../../entities/omikron/profile.entity.js';
import { Revocation } from '../../entities/revocations/revocation.entity.js';
import { ApplicationKey } from '../../entities/rooms/application-key.entity.js';
import { Application } from '../../entities/rooms/application.entity.js';
import { TokenIssuer } from '../../entities/rooms/token-issuer.entity.js';
import { Room } from '../../entities/rooms/room.entity.js';
import { Service } from '../../entities/services/service.entity.js';
import { LobbyToken } from '../../entities/signaling/lobby-token.entity.js';

export interface StoredTarget {
  readonly entity: EntityTarget<ObjectLiteral>;
  /** The member that people know it by. */
  readonly label: string;
  /** The member that clients know it by, unless it is the row's id. */
  readonly id?: string;
  /** Members with personal data; the label is one of them. */
  readonly personal?: readonly string[];
  /** The account that they belong to. */
  readonly owner?: (row: Readonly<Record<string, unknown>>) => unknown;
}

/** Targets that have a row of their own, and its entity. */
export const STORED_TARGETS = {
  account: { entity: User, label: 'email', personal: ['email', 'firstName', 'lastName'], owner: ({ id }) => id },
  identity: { entity: Identity, label: 'subject', personal: ['subject'], owner: ({ userId }) => userId },
  machineKey: { entity: MachineKey, label: 'name' },
  application: { entity: Application, label: 'name' },
  apiKey: { entity: ApplicationKey, label: 'prefix' },
  tokenIssuer: { entity: TokenIssuer, label: 'issuer' },
  room: { entity: Room, label: 'name' },
  service: { entity: Service, label: 'title' },
  device: { entity: Device, label: 'name' },
  iota: { entity: Iota, label: 'name', id: 'iotaId' },
  profile: { entity: Profile, label: 'userId', id: 'userId' },
  lobbyToken: { entity: LobbyToken, label: 'name', personal: ['name'], owner: ({ userId }) => userId },
  revocation: {
    entity: Revocation,
    label: 'selector',
    personal: ['reason'],
    owner: ({ selector, subject }) => (selector === 'user' ? Number(subject) : undefined),
  },
} as const satisfies Record<string, StoredTarget>;

export type StoredKind = keyof typeof STORED_TARGETS;

/** Members that entries show only as digests: hashed secrets, and personal data that would have to be erased here as well. */
export const SECRET_MEMBERS: ReadonlySet<string> = new Set(['passwordHash', 'birthday', 'keyDigest']);

/** Members that change as a side effect; entries leave them out. */
export const SILENT_MEMBERS: ReadonlySet<string> = new Set(['lastUsedAt', 'lastUsedFrom', 'updatedAt', 'version']);
