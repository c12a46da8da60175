import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { randomHex } from '../../../common/security/random.js';
import { Clock } from '../../../common/time/clock.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { untilAvailable } from '../../realtime/resilience/until-available.js';
import { HostGrace } from './host-grace.service.js';
import { PublicCodes } from '../directory/public-codes.service.js';
import { type ServiceConnection, servicePrincipal, type ServicePrincipal } from '../service-connection.js';
import { ServiceDirectory } from '../directory/service-directory.service.js';
import { ServicePeers } from './service-peers.service.js';
import { type EndedSession, KICKED, ServiceSessions } from './service-sessions.service.js';
import { hostsChannel, keys, userChannel } from '../services.channels.js';
import { authorized, coded, kicked, type ServiceSettings } from '../services.events.js';
import { type HostSession, type SessionOwner } from '../service-state.js';

/** A prepared place for a host; nobody knows of it yet. */
interface HostPlace {
  readonly session: string;
  readonly user: string;
  readonly code: string | null;
}

/** A session that a host takes over, with its record as found. */
interface ResumedSession {
  readonly session: string;
  readonly record: HostSession;
}

/** Hosts joining and leaving: sessions begin, change hands, wait for their host and end. */
@Injectable()
export class ServiceHosts {
  constructor(
    private readonly store: EphemeralStore,
    private readonly hub: Hub,
    private readonly clock: Clock,
    private readonly directory: ServiceDirectory,
    private readonly peers: ServicePeers,
    private readonly codes: PublicCodes,
    private readonly sessions: ServiceSessions,
    private readonly grace: HostGrace,
  ) {}

  /** Admits a host: to the session that waits for it, or to a new one. */
  async login(connection: ServiceConnection, settings: ServiceSettings, name: string | undefined): Promise<void> {
    const resumed = await this.resume(connection, settings);
    if (resumed) await this.continueSession(connection, settings, resumed, name);
    else await this.beginSession(connection, settings, name);
  }

  /** Makes guests of this node leave with their session, even if the broker does not deliver its end. */
  watchSession(service: number, session: string): void {
    this.sessions.watch(service, session);
  }

  /** Called when the host's socket has ended. What is not possible now is done later, unless this node ends first. */
  left(connection: ServiceConnection, principal: ServicePrincipal): Promise<void> {
    return untilAvailable(
      () => this.leave(connection, principal),
      () => this.grace.isGoing,
    );
  }

  private async leave(connection: ServiceConnection, principal: ServicePrincipal): Promise<void> {
    const { settings, id: user, session } = principal;
    const service = settings.id;
    if (session === null) return;
    for (;;) {
      const held = await this.sessions.ownerOf(service, session);
      if (held === undefined && (await this.sessions.clear(service, session, user))) {
        this.peers.announceLeave(service, 'host', user);
      }
      if (held?.connection !== connection.id) return;
      const seconds = this.grace.seconds(settings.hostGraceSeconds);
      const waits = seconds > 0 && (await this.peers.isAnnounced(service, user));
      const isDone = waits
        ? await this.grace.begin(service, session, held, seconds)
        : await this.end(service, session, held);
      // Otherwise somebody has just taken over or ended the session.
      if (isDone) return;
    }
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
    const owner: SessionOwner = { connection: connection.id, user, until: null };
    let announced: Promise<void> | undefined;
    let isMine = true;
    const release = await this.hub.hold(hostsChannel(id));
    try {
      await this.store.claim(keys.owner(id, session), owner);
      const previous = await this.store.swap(keys.seat(id), session);
      await this.sessions.enter(id, session, newSession(settings, code, user, this.clock.now()));
      const ended = settings.allowMultipleHosts ? [] : await this.supersede(id, session, previous);
      const current = await this.confirm(connection, settings, session);
      const principal = current && this.welcome(connection, current, { session, user, code }, name);
      announced = principal ? this.peers.announce(principal, name) : undefined;
      for (const each of ended) this.sessions.announceEnd(each, KICKED.newHost);
    } finally {
      release();
      if (announced === undefined) {
        isMine = (await this.sessions.retire(id, session, owner)) !== undefined;
        await this.sessions.clear(id, session, user);
      }
    }
    if (announced !== undefined) return announced;
    // Whoever ended the session, for example the next host, closes this connection and says why.
    if (!isMine && (await this.directory.find(id))?.hostDigest === settings.hostDigest) return;
    refuseUnlessClosed(connection);
  }

  /** Ends the sessions that a new one on a single-host service replaces. */
  private async supersede(service: number, session: string, previous: string | undefined): Promise<EndedSession[]> {
    const older = new Set(previous === undefined ? [] : [previous]);
    const present = await this.sessions.list(service);
    // If another login has taken the seat meanwhile, that one ends this session and all before it.
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
   * Takes over the session that a host of this service left or is about to lose. On a single-host service that is the
   * one in the seat; if hosts have a grace period, even while its socket is not known to be dead. Otherwise it is one
   * that waits for its host.
   */
  private async resume(
    connection: ServiceConnection,
    { id, allowMultipleHosts, hostGraceSeconds }: ServiceSettings,
  ): Promise<ResumedSession | undefined> {
    const seat = allowMultipleHosts ? undefined : await this.store.get(keys.seat(id));
    if (seat === undefined && !allowMultipleHosts) return undefined;
    const onlyOpen = allowMultipleHosts || hostGraceSeconds === 0;
    for (const { id: session, data } of await this.sessions.list(id)) {
      if (!allowMultipleHosts && session !== seat) continue;
      if ((await this.takeable(id, session, onlyOpen)) === undefined) continue;
      // A host that nobody has been told of cannot be continued unnoticed.
      if (!(await this.peers.isAnnounced(id, data.host))) continue;
      await this.peers.address(connection, id, data.host);
      if (await this.takeOver(connection, id, session, onlyOpen)) return { session, record: data };
      this.hub.unsubscribe(connection, userChannel(id, data.host));
    }
    return undefined;
  }

  /** @returns false when the session has ended or, with `onlyOpen`, its host is connected */
  private async takeOver(
    connection: ServiceConnection,
    service: number,
    session: string,
    onlyOpen: boolean,
  ): Promise<boolean> {
    for (;;) {
      const owner = await this.takeable(service, session, onlyOpen);
      if (owner === undefined) return false;
      const mine: SessionOwner = { connection: connection.id, user: owner.user, until: null };
      if (await this.store.replace(keys.owner(service, session), owner, mine)) return true;
    }
  }

  /** Who holds a session, if that may be taken over. */
  private async takeable(service: number, session: string, onlyOpen: boolean): Promise<SessionOwner | undefined> {
    const owner = await this.sessions.ownerOf(service, session);
    return owner !== undefined && (!onlyOpen || (await this.grace.isOpen(owner))) ? owner : undefined;
  }

  /** Continues where the old host was, with the same user id and code; the others notice nothing. */
  private async continueSession(
    connection: ServiceConnection,
    settings: ServiceSettings,
    { session, record }: ResumedSession,
    name: string | undefined,
  ): Promise<void> {
    const { id } = settings;
    const { host: user, version } = record;
    let principal: ServicePrincipal | null = null;
    let isSettled = false;
    let issued: string | null = null;
    const release = await this.hub.hold(hostsChannel(id));
    try {
      const { code, codeExpires } = await this.codeToContinue(settings, session, record);
      if (code !== record.code) issued = code;
      await this.sessions.keep(id, session, { ...record, code, codeExpires });
      await this.peers.adopt(id, user, { role: 'host', session, version, announced: true });
      const current = await this.confirm(connection, settings, session);
      // Before the welcome, so that the new host does not receive what closes its predecessor.
      this.hub.disconnect(userChannel(id, user), DISCONNECT.forced, kicked(KICKED.newHost), { except: connection.id });
      if (current) principal = this.welcome(connection, current, { session, user, code }, name);
      isSettled = principal !== null;
    } finally {
      release();
      if (!isSettled) await this.letGo(connection, servicePrincipal(settings, 'host', user, session, name), issued);
    }
    if (principal === null) refuseUnlessClosed(connection);
  }

  /** Lets go of a session whose takeover failed, as if this host had joined and left. */
  private async letGo(
    connection: ServiceConnection,
    principal: ServicePrincipal,
    issued: string | null,
  ): Promise<void> {
    const { settings, session } = principal;
    if (issued !== null && session !== null) {
      // The code was issued in vain, unless somebody else has taken over and continues with it.
      const owner = await this.sessions.ownerOf(settings.id, session);
      if ((owner?.connection ?? connection.id) === connection.id) {
        await this.codes.revoke(issued, settings.id, session);
      }
    }
    await this.left(connection, principal);
  }

  /** The session's code, or a new one if that has expired. */
  private async codeToContinue(
    settings: ServiceSettings,
    session: string,
    { code, codeExpires }: HostSession,
  ): Promise<Pick<HostSession, 'code' | 'codeExpires'>> {
    const isKept =
      !settings.allowPublicCode || (code !== null && (await this.codes.isLive(code, settings.id, session)));
    if (isKept) return { code, codeExpires };
    return { code: await this.codes.issue(settings, session), codeExpires: settings.codeTtlSeconds !== null };
  }

  /**
   * Last check before the welcome, so that nobody hears of a host after its leave was announced.
   * @returns the current settings; `undefined` when the socket has closed, the token is no longer valid, or the session
   * has already ended
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

  /**
   * Nothing may be awaited from here until the success is sent, which must be the first thing a newcomer hears.
   * @returns `null` when admission closed the connection because the host is revoked
   */
  private welcome(
    connection: ServiceConnection,
    settings: ServiceSettings,
    { session, user, code }: HostPlace,
    name: string | undefined,
  ): ServicePrincipal | null {
    const principal = servicePrincipal(settings, 'host', user, session, name, { code });
    void this.hub.subscribe(connection, hostsChannel(settings.id));
    this.sessions.watchHost(settings.id, session, user, connection.id);
    connection.admit(principal);
    if (connection.closed) return null;
    this.hub.sendTo(connection, authorized('host'));
    if (code !== null && settings.allowPublicCode) this.hub.sendTo(connection, coded(code));
    return principal;
  }

  /** @returns false when `owner` no longer holds the session */
  private async end(service: number, session: string, owner: SessionOwner): Promise<boolean> {
    const ended = await this.sessions.retire(service, session, owner);
    if (ended) this.sessions.announceEnd(ended);
    return ended !== undefined;
  }
}

function newSession(settings: ServiceSettings, code: string | null, host: string, startedAt: number): HostSession {
  return { code, codeExpires: settings.codeTtlSeconds !== null, startedAt, host, version: settings.version };
}

function refuseUnlessClosed(connection: ServiceConnection): void {
  if (!connection.closed) throw new AppError('invalid_credentials', 'Invalid token');
}
