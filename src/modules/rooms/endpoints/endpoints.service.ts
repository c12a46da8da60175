import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { violatesConstraint } from '../../../common/errors/constraint-violation.js';
import { keyset } from '../../../common/http/paging/cursor.js';
import { Seal } from '../../../common/security/seal.js';
import { Clock } from '../../../common/time/clock.js';
import { KeyRing } from '../../../config/key-ring.js';
import { type RoomEndpoint } from '../../../entities/rooms/room-endpoint.entity.js';
import { type ApplicationPrincipal } from '../../auth/principals/application-principal.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { RevocationList } from '../../realtime/access/revocation-list.js';
import { RevocationSelectors } from '../../realtime/access/revocation-selectors.js';
import { codeDigest, newEndpointCode } from './endpoint-code.js';
import { endpointSelectors } from './endpoint-selectors.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { endpointChannel } from '../rooms.channels.js';
import { type Permissions } from '../rooms.events.js';
import { Rooms } from '../directory/rooms.service.js';

export interface EndpointInput {
  readonly permissions: Permissions;
  readonly identity: string;
  readonly expiresInSeconds?: number | undefined;
}

/** An endpoint with its code, which only its application may see. */
export interface EndpointWithCode {
  readonly id: number;
  readonly code: string;
  readonly room: string;
  readonly permissions: Permissions;
  readonly identity: string;
  readonly expiresAt: Date | null;
}

/** The code is `null` when it was created under another secret key: it still admits, but cannot be shown any more. */
export interface ListedEndpoint extends Omit<EndpointWithCode, 'code'> {
  readonly code: string | null;
  /** The key that created it, while that exists. */
  readonly keyId: number | null;
  readonly createdAt: Date;
  /** Whether its sockets are refused, because it or the key that created it is revoked. */
  readonly revoked: boolean;
}

/** Which endpoints of a room to list. */
export interface EndpointsQuery {
  readonly identity?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** What applications do with the endpoints of their rooms; live sockets follow. */
@Injectable()
export class Endpoints {
  readonly #seal: Seal;

  constructor(
    private readonly rooms: Rooms,
    private readonly repository: EndpointsRepository,
    private readonly hub: Hub,
    private readonly clock: Clock,
    keys: KeyRing,
    private readonly selectors: RevocationSelectors,
    private readonly revocations: RevocationList,
  ) {
    this.#seal = new Seal(keys.derive('endpoint-codes'));
  }

  /** @throws AppError `not_found` */
  async create(application: ApplicationPrincipal, room: string, input: EndpointInput): Promise<EndpointWithCode> {
    const { id: roomId } = await this.rooms.get(application.applicationId, room);
    const code = newEndpointCode();
    const { permissions, identity, expiresInSeconds } = input;
    const digest = codeDigest(code);
    if (!digest) throw new Error('a new code is not a code');
    try {
      const expiresAt = expiresInSeconds === undefined ? null : new Date(this.clock.now() + expiresInSeconds * 1_000);
      const id = await this.repository.create({
        roomId,
        keyId: application.keyId,
        madeByKey: application.keyId,
        codeDigest: digest,
        codeSealed: this.#seal.seal(code),
        permissions,
        identity,
        expiresAt,
      });
      return { id, code, room, permissions, identity, expiresAt };
    } catch (error) {
      if (violatesConstraint(error, 'room_endpoints_room_id_fkey')) notFound();
      // The key was deleted after it was checked.
      if (violatesConstraint(error, 'room_endpoints_key_id_fkey')) {
        throw new AppError('invalid_credentials', 'This API key is not valid.', { cause: error });
      }
      throw error;
    }
  }

  /** @throws AppError `not_found` */
  async page(applicationId: number, room: string, query: EndpointsQuery): Promise<ListedEndpoint[]> {
    const { id } = await this.rooms.get(applicationId, room);
    const { afterId, take } = keyset(query);
    const endpoints = await this.repository.page(id, query.identity, afterId, take);
    return endpoints.map((endpoint) => this.open(endpoint, room));
  }

  /** @throws AppError `not_found` */
  async get(applicationId: number, room: string, code: string): Promise<ListedEndpoint> {
    const { id } = await this.rooms.get(applicationId, room);
    const digest = codeDigest(code);
    const endpoint = digest && (await this.repository.find(id, digest));
    return endpoint ? this.open(endpoint, room) : notFound();
  }

  /** @throws AppError `not_found` */
  async all(application: ApplicationPrincipal, room: string): Promise<ListedEndpoint[]> {
    const { id } = await this.rooms.get(application.applicationId, room);
    return (await this.repository.all(id)).map((endpoint) => this.open(endpoint, room));
  }

  /** Deletes an endpoint and closes its sockets. @throws AppError `not_found` */
  async delete(application: ApplicationPrincipal, room: string, code: string): Promise<void> {
    const { id } = await this.rooms.get(application.applicationId, room);
    const digest = codeDigest(code);
    if (!digest || !(await this.repository.delete(id, digest))) notFound();
    this.hub.disconnect(endpointChannel(digest), DISCONNECT.notAllowed);
  }

  private open(endpoint: RoomEndpoint, room: string): ListedEndpoint {
    const { id, permissions, identity, expiresAt, codeSealed, keyId, madeByKey, createdAt } = endpoint;
    const code = this.codeOf(codeSealed);
    const named = endpointSelectors(this.selectors, { id, code, madeByKey });
    const revoked = this.revocations.matches(named, this.clock.now());
    return { id, code, room, permissions, identity, expiresAt, keyId, createdAt, revoked };
  }

  private codeOf(sealed: Buffer): string | null {
    try {
      return this.#seal.open(sealed);
    } catch {
      return null;
    }
  }
}

function notFound(): never {
  throw new AppError('not_found', 'There is no such room or endpoint.');
}
