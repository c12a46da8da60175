import { Injectable } from '@nestjs/common';
import { digestsEqual } from '../../../common/security/digest.js';
import { randomHex } from '../../../common/security/random.js';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { selector } from '../../realtime/access/revocation-selectors.js';
import { type IotaCredential } from './iota-credentials.service.js';
import { IotaDepartures } from './iota-departures.service.js';
import { IotaSessions } from '../sessions/iota-sessions.service.js';
import { idsOf, type MessageData, type OmikronMessage } from '../omikron-message.js';
import { type IotaPrincipal, type OmikronConnection, senderMembers } from '../omikron-connection.js';
import { OmikronRefusal } from '../omikron-refusal.js';
import { iotaChannel, sessionChannel, sessionClients, userChannel } from '../omikron.channels.js';
import { fact } from '../omikron.events.js';
import { OmikronRepository } from '../omikron.repository.js';
import { PingBook } from '../states/ping-book.service.js';
import { UserStates } from '../states/user-states.service.js';
import { canonicalUuid, isReserved } from '../uuid.js';

/** Scope of the throttle. */
const TRIES = 'omikron-iota';
const MAX_LABEL = 100;

/** Admits connections as Iotas (home servers), and handles their end. */
@Injectable()
export class IotaAdmission {
  constructor(
    private readonly repository: OmikronRepository,
    private readonly throttle: AttemptThrottle,
    private readonly sessions: IotaSessions,
    private readonly departures: IotaDepartures,
    private readonly states: UserStates,
    private readonly pings: PingBook,
    private readonly hub: Hub,
  ) {}

  /**
   * Identifies by `iota_id` and `user_ids`. An Iota that is already connected is replaced, and its clients are closed.
   * @throws OmikronRefusal when the connection may not be this Iota
   */
  async identify(
    connection: OmikronConnection,
    message: OmikronMessage,
    credential: IotaCredential | null,
  ): Promise<void> {
    const { id, data } = message;
    const written = data.get('iota_id');
    const iota = canonicalUuid(written);
    if (iota === undefined || isReserved(iota)) throw new OmikronRefusal('error', 'iota_id must be a UUID', id);
    if (credential !== null && credential.iota !== iota) {
      throw new OmikronRefusal('error', 'The token belongs to another Iota', id);
    }
    // Before the directory is read, so that later changes are heard of.
    await this.hub.subscribe(connection, iotaChannel(iota));
    const { accepted, denied, name } = await this.lookUp(connection, iota, credential, data, id);
    const session = randomHex(32);
    const principal: IotaPrincipal = {
      kind: 'iota',
      id: iota,
      label: Array.from(name ?? 'unknown Iota')
        .slice(0, MAX_LABEL)
        .join(''),
      selectors: [selector('iota', iota)],
      session,
      registered: name !== undefined,
      accepted: new Map([...accepted.keys()].map((user) => [user, userChannel(user)])),
      sender: senderMembers(written as string),
    };
    await this.hub.subscribe(connection, sessionChannel(session));
    this.hub.keep(sessionChannel(session), this.pings.pictureOf(session));
    // Whatever happens from here on, the end of the connection undoes it.
    connection.admit(principal);
    // Admission also closes an Iota that is revoked.
    if (connection.closed) return;
    await this.departures.watch(principal);
    const previous = await this.sessions.enter(iota, session, [...accepted.keys()]);
    if (previous !== undefined) {
      this.hub.disconnect(sessionChannel(previous), DISCONNECT.replaced);
      this.hub.disconnect(sessionClients(previous), DISCONNECT.partnerGone);
    }
    this.hub.sendTo(
      connection,
      fact({
        type: 'omikron.iota-identified',
        id,
        accepted: [...accepted.values()],
        denied: [...denied],
      }),
    );
    this.states.homeCame(accepted.keys());
  }

  /** Called when the connection has ended. */
  leave(principal: IotaPrincipal): Promise<void> {
    return this.departures.leave(principal);
  }

  /** Called when `user` no longer belongs to this Iota. */
  async dismiss(principal: IotaPrincipal, user: string): Promise<void> {
    if (principal.accepted.delete(user)) await this.departures.changed(principal);
    await this.sessions.dismiss(principal.id, principal.session, user);
  }

  private async lookUp(
    connection: OmikronConnection,
    iota: string,
    credential: IotaCredential | null,
    data: MessageData,
    id: string | undefined,
  ): Promise<{ accepted: ReadonlyMap<string, string>; denied: ReadonlySet<string>; name: string | undefined }> {
    const asked = new Map<string, string>();
    const denied = new Set<string>();
    for (const user of idsOf(data.get('user_ids'))) {
      const canonical = canonicalUuid(user);
      if (canonical === undefined) denied.add(user);
      else if (!asked.has(canonical)) asked.set(canonical, user);
    }
    const entry = await this.repository.findEntry(iota, [...asked.keys()]);
    if (credential !== null && (!entry || !digestsEqual(entry.tokenDigest, credential.tokenDigest))) {
      throw new OmikronRefusal('error', 'The token is no longer valid', id);
    }
    const { address } = connection;
    if (entry === undefined) await this.throttle.wrong({ scope: TRIES, address, gone: () => connection.closed });
    else await this.throttle.succeeded(TRIES, address);
    const own = new Set(entry?.users);
    const accepted = new Map([...asked].filter(([canonical]) => own.has(canonical)));
    for (const [canonical, user] of asked) if (!own.has(canonical)) denied.add(user);
    return { accepted, denied, name: entry?.name };
  }
}
