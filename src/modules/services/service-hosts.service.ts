import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { randomHex } from '../../common/security/random.js';
import { Clock } from '../../common/time/clock.js';
import { DISCONNECT } from '../realtime/disconnect-reason.js';
import { EphemeralStore } from '../realtime/ephemeral-store.js';
import { Hub } from '../realtime/hub.js';
import { PublicCodes } from './public-codes.service.js';
import { type ServiceConnection, servicePrincipal, type ServicePrincipal } from './service-connection.js';
import { ServiceDirectory } from './service-directory.service.js';
import { ServicePeers } from './service-peers.service.js';
import {
  type EndedSession,
  type HostSession,
  KICKED,
  type SessionOwner,
  ServiceSessions,
} from './service-sessions.service.js';
import { hostsChannel, keys, userChannel } from './services.channels.js';
import { authorized, coded, kicked, type ServiceSettings } from './services.events.js';

/** A host whose place is prepared; nobody knows of it yet. */
interface HostPlace {
  readonly session: string;
  readonly user: string;
  readonly code: string | null;
}

/** Hosts coming and going: sessions begin, change hands, wait for their host and end. */
@Injectable()
export class ServiceHosts implements OnModuleDestroy {
  private readonly logger = new Logger(ServiceHosts.name);
  private readonly graceTimers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly store: EphemeralStore,
    private readonly hub: Hub,
    private readonly clock: Clock,
    private readonly directory: ServiceDirectory,
    private readonly peers: ServicePeers,
    private readonly codes: PublicCodes,
    private readonly sessions: ServiceSessions,
  ) {}

  onModuleDestroy(): void {
    for (const timer of this.graceTimers) clearTimeout(timer);
  }

  /** Whoever shows the host token becomes host: of the session that waits for it, or of a new one. */
  async login(connection: ServiceConnection, settings: ServiceSettings, name: string | undefined): Promise<void> {
    const resumed = settings.hostGraceSeconds > 0 ? await this.resume(connection, settings) : undefined;
    if (resumed) await this.continueSession(connection, settings, resumed, name);
    else await this.beginSession(connection, settings, name);
  }

  /** The host's socket has ended. */
  async left(connection: ServiceConnection, principal: ServicePrincipal): Promise<void> {
    const { settings, id: user, session } = principal;
    if (session === null) return;
    const owner: SessionOwner = { connection: connection.id, user };
    const held = await this.sessions.ownerOf(settings.id, session);
    if (held === undefined && (await this.sessions.clear(settings.id, session, user))) {
      this.peers.announceLeave(settings.id, 'host', user);
    }
    if (held?.connection !== owner.connection) return;
    if (settings.hostGraceSeconds === 0 || !(await this.peers.isAnnounced(settings.id, user))) {
      await this.end(settings.id, session, owner);
      return;
    }
    await this.markAway(settings.id, session, connection.id);
    if ((await this.sessions.ownerOf(settings.id, session))?.connection !== owner.connection) {
      // It came back in this very moment.
      await this.markAway(settings.id, session, null);
      return;
    }
    this.endLater(settings, session, owner);
  }

  private async beginSession(
    connection: ServiceConnection,
    settings: ServiceSettings,
    name: string | undefined,
  ): Promise<void> {
    const { id } = settings;
    const session = randomHex(16);
    const code = settings.allowPublicCode ? await this.codes.issue(settings, session) : null;
    const user = await this.peers.enter(connection, settings, 'host', session);
    const owner: SessionOwner = { connection: connection.id, user };
    await this.store.claim(keys.owner(id, session), owner);
    const previous = await this.store.swap<string>(keys.seat(id), session);
    const { version } = settings;
    await this.sessions.enter(id, session, { code, startedAt: this.clock.now(), host: user, away: null, version });
    const ended = settings.allowMultipleHosts ? [] : await this.supersede(id, session, previous);
    const current = await this.confirm(connection, settings, session);
    const heard = current && this.hub.subscribe(connection, hostsChannel(id));
    if (heard instanceof Promise) await heard;
    const admitted = current !== undefined && !connection.closed;
    const principal = admitted && this.welcome(connection, current, { session, user, code }, name);
    const announced = principal && this.peers.announce(connection, principal, name);
    for (const each of ended) this.sessions.announceEnd(each, KICKED.newHost);
    if (announced) return announced;
    const isMine = await this.sessions.retire(id, session, owner);
    await this.sessions.clear(id, session, user);
    // Whoever ended the session, e.g. the next host, sends this connection away and says why.
    if (!isMine && (await this.directory.find(id))?.hostDigest === settings.hostDigest) return;
    refuseUnlessClosed(connection);
  }

  /** Ends the sessions that a new one on a single-host service takes the place of. */
  private async supersede(service: number, session: string, previous: string | undefined): Promise<EndedSession[]> {
    const older = new Set(previous === undefined ? [] : [previous]);
    const present = await this.sessions.list(service);
    // Whoever took the seat meanwhile ends this session, and those that came before it.
    if ((await this.store.get(keys.seat(service))) === session) for (const { id } of present) older.add(id);
    older.delete(session);
    const ended: EndedSession[] = [];
    for (const id of older) {
      const end = await this.sessions.retire(service, id);
      if (end) ended.push(end);
    }
    return ended;
  }

  /**
   * Takes over the session that a host of this service left or is about to lose: on a single-host service the one in
   * the seat, whether its socket is known to be dead or not, else one whose host is away.
   */
  private async resume(connection: ServiceConnection, settings: ServiceSettings): Promise<HostPlace | undefined> {
    const { id, allowMultipleHosts } = settings;
    const seat = allowMultipleHosts ? undefined : await this.store.get<string>(keys.seat(id));
    for (const { id: session, data } of await this.sessions.list(id)) {
      if (allowMultipleHosts ? data.away === null : session !== seat) continue;
      // A host that nobody has heard of yet cannot be gone on with unnoticed.
      if (!(await this.peers.isAnnounced(id, data.host))) continue;
      await this.peers.address(connection, id, data.host);
      if (await this.takeOver(connection, id, session, allowMultipleHosts ? data.away : null)) {
        return { session, user: data.host, code: data.code };
      }
      this.hub.unsubscribe(connection, userChannel(id, data.host));
    }
    return undefined;
  }

  /**
   * @param from the connection that must hold the session; `null` = whichever does
   * @returns false when it has ended or, with `from`, another one has taken it
   */
  private async takeOver(
    connection: ServiceConnection,
    service: number,
    session: string,
    from: string | null,
  ): Promise<boolean> {
    for (;;) {
      const owner = await this.sessions.ownerOf(service, session);
      if (owner === undefined || (from !== null && owner.connection !== from)) return false;
      const mine: SessionOwner = { connection: connection.id, user: owner.user };
      if (await this.store.replace(keys.owner(service, session), owner, mine)) return true;
    }
  }

  /** The new host goes on where the old one was: same user id, same code, and the others notice nothing. */
  private async continueSession(
    connection: ServiceConnection,
    settings: ServiceSettings,
    place: HostPlace,
    name: string | undefined,
  ): Promise<void> {
    const { session, user } = place;
    const code = await this.codeToContinue(settings, place);
    const known = await this.sessions.find(settings.id, session);
    if (known) await this.sessions.update(settings.id, session, { ...known.data, code, away: null });
    const current = await this.confirm(connection, settings, session);
    const heard = current && this.hub.subscribe(connection, hostsChannel(settings.id));
    if (heard instanceof Promise) await heard;
    // Before the welcome, so that the new host is not sent away by what its predecessor still hears.
    this.hub.disconnect(userChannel(settings.id, user), DISCONNECT.forced, kicked(KICKED.newHost), {
      except: connection.id,
    });
    if (current && !connection.closed) {
      this.welcome(connection, current, { session, user, code }, name);
      return;
    }
    if (code !== null && code !== place.code) {
      // A code that was issued in vain; unless the next one to take over goes on with it.
      const owner = await this.sessions.ownerOf(settings.id, session);
      if ((owner?.connection ?? connection.id) === connection.id) await this.codes.revoke(code, settings.id, session);
    }
    await this.left(connection, servicePrincipal(settings, 'host', user, session, name));
    refuseUnlessClosed(connection);
  }

  /** The session's code; a new one in place of one whose life is over. */
  private async codeToContinue(settings: ServiceSettings, place: HostPlace): Promise<string | null> {
    if (!settings.allowPublicCode) return place.code;
    const { code, session } = place;
    if (code !== null && (await this.codes.isLive(code, settings.id, session))) return code;
    return this.codes.issue(settings, session);
  }

  /**
   * Last look before the welcome.
   * @returns the settings as they are now; `undefined` when the socket has gone, the token counts no more, or the
   * session has been ended already, so that nobody hears of a host after it was said to have left
   */
  private async confirm(
    connection: ServiceConnection,
    settings: ServiceSettings,
    session: string,
  ): Promise<ServiceSettings | undefined> {
    const current = await this.directory.find(settings.id);
    if (current?.hostDigest !== settings.hostDigest) return undefined;
    const owner = await this.sessions.ownerOf(settings.id, session);
    return connection.closed || owner?.connection !== connection.id ? undefined : current;
  }

  /** @returns `null` when the host is closed by being admitted, because it is revoked */
  private welcome(
    connection: ServiceConnection,
    settings: ServiceSettings,
    { session, user, code }: HostPlace,
    name: string | undefined,
  ): ServicePrincipal | null {
    const principal = servicePrincipal(settings, 'host', user, session, name);
    connection.admit(principal);
    if (connection.closed) return null;
    this.hub.sendTo(connection, authorized('host'));
    if (code !== null && settings.allowPublicCode) this.hub.sendTo(connection, coded(code));
    return principal;
  }

  private async end(service: number, session: string, owner: SessionOwner): Promise<void> {
    const ended = await this.sessions.retire(service, session, owner);
    if (ended) this.sessions.announceEnd(ended);
  }

  private endLater(settings: ServiceSettings, session: string, owner: SessionOwner): void {
    const timer = setTimeout(() => {
      this.graceTimers.delete(timer);
      this.end(settings.id, session, owner).catch((error: unknown) => {
        this.logger.error({ msg: 'a session could not be ended', service: settings.id, err: error });
      });
    }, settings.hostGraceSeconds * 1_000);
    timer.unref();
    this.graceTimers.add(timer);
  }

  private async markAway(service: number, session: string, away: string | null): Promise<void> {
    const known = await this.sessions.find(service, session);
    if (known) await this.sessions.update(service, session, { ...known.data, away } satisfies HostSession);
  }
}

function refuseUnlessClosed(connection: ServiceConnection): void {
  if (!connection.closed) throw new AppError('invalid_credentials', 'Invalid token');
}
