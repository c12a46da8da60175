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
  /** What people know one by. */
  readonly label: string;
  /** What clients know one by, where that is not the id of the row. */
  readonly id?: string;
  /** Members that say something of a person; the label is one of them. */
  readonly personal?: readonly string[];
  /** The account that they are of. */
  readonly owner?: (row: Readonly<Record<string, unknown>>) => unknown;
}

/** What acts are done to that has a row of its own, and where the row lies. */
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

/** Members that no entry shows: keys in other forms, and what would be one more place to forget when somebody goes. */
export const SECRET_MEMBERS: ReadonlySet<string> = new Set(['passwordHash', 'birthday', 'keyDigest']);

/** Members that change by themselves. */
export const SILENT_MEMBERS: ReadonlySet<string> = new Set(['lastUsedAt', 'lastUsedFrom', 'updatedAt', 'version']);
