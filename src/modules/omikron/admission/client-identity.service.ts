import { Injectable } from '@nestjs/common';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type Home, IotaSessions } from '../sessions/iota-sessions.service.js';
import { KeyHashes } from '../key-hashes.service.js';
import { type MessageData } from '../omikron-message.js';
import { type OmikronConnection } from '../omikron-connection.js';
import { OmikronRefusal } from '../omikron-refusal.js';
import { OmikronRepository } from '../omikron.repository.js';
import { userSockets } from '../omikron.channels.js';
import { canonicalUuid } from '../uuid.js';

/** A user whose private key's hash was presented, and whose Iota is connected. */
export interface ProvenUser {
  /** Canonical. */
  readonly user: string;
  /** As the client wrote it. */
  readonly written: string;
  // Canonical id of the user's Iota, and its session.
  readonly iota: string;
  readonly session: string;
}

/** Scope of the throttle. */
const TRIES = 'omikron-client';

/** The check that clients must pass, on their main socket and on call sockets. */
@Injectable()
export class ClientIdentity {
  constructor(
    private readonly repository: OmikronRepository,
    private readonly hashes: KeyHashes,
    private readonly throttle: AttemptThrottle,
    private readonly sessions: IotaSessions,
    private readonly hub: Hub,
  ) {}

  /**
   * Checks `user_id`, `private_key_hash` and, if given, `iota_id`. From then on the socket ends with the profile, since
   * it is subscribed to `userSockets`.
   * @throws OmikronRefusal; AppError `rate_limited` when this address tries too often
   */
  async prove(connection: OmikronConnection, data: MessageData, id: string | undefined): Promise<ProvenUser> {
    const written = data.get('user_id');
    const user = canonicalUuid(written);
    if (user === undefined) return this.wrong(connection, noSuchUser(id));
    // Subscribe before checking: a profile that is removed in between closes the socket.
    await this.hub.subscribe(connection, userSockets(user));
    try {
      const { iota, session } = await this.check(connection, user, data, id);
      return { user, written: written as string, iota, session };
    } catch (error) {
      this.hub.unsubscribe(connection, userSockets(user));
      throw error;
    }
  }

  /** @returns where the user's Iota is connected */
  private async check(
    connection: OmikronConnection,
    user: string,
    data: MessageData,
    id: string | undefined,
  ): Promise<Home> {
    const profile = await this.repository.findProfile(user);
    if (profile === undefined) return this.wrong(connection, noSuchUser(id));
    if (!this.hashes.matches(data.get('private_key_hash'), profile.keyDigest)) {
      return this.wrong(connection, new OmikronRefusal('error_invalid_private_key', 'Wrong private key', id));
    }
    await this.throttle.succeeded(TRIES, connection.address);
    if (data.has('iota_id') && canonicalUuid(data.get('iota_id')) !== profile.iotaId) {
      throw new OmikronRefusal('error_no_iota', 'This is not the Iota of this user', id);
    }
    const home = await this.sessions.find(user);
    if (home?.iota !== profile.iotaId) throw new OmikronRefusal('error_no_iota', 'Your Iota is not connected', id);
    return home;
  }

  /** A hash cannot be guessed, so only answers to wrong ones are delayed. */
  private async wrong(connection: OmikronConnection, refusal: OmikronRefusal): Promise<never> {
    await this.throttle.wrong({ scope: TRIES, address: connection.address, gone: () => connection.closed });
    throw refusal;
  }
}

const noSuchUser = (id: string | undefined): OmikronRefusal =>
  new OmikronRefusal('error_invalid_user_id', 'No such user', id);
