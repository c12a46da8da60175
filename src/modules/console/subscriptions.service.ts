import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { toAppError } from '../../common/http/problems/problem.js';
import { reportFailure } from '../../common/outages/outages.js';
import { hasRole, type Role } from '../../common/security/role.js';
import { AccessTokens } from '../auth/logins/access-tokens.service.js';
import { loginChannel, roleChannel } from '../auth/logins/login-channel.js';
import { Logins } from '../auth/logins/logins.service.js';
import { type UserPrincipal } from '../auth/principals/user-principal.js';
import { Tickets } from '../auth/tickets/tickets.service.js';
import { type Connection } from '../realtime/connection.js';
import { ConnectionDirectory } from '../realtime/fan-out/connection-directory.js';
import { DISCONNECT } from '../realtime/disconnect-reason.js';
import { Hub } from '../realtime/fan-out/hub.js';
import { Reconciliation } from '../realtime/resilience/reconciliation.js';
import { type ConsoleEvent, type FeedWish } from './console.events.js';
import { type FeedReader, Feeds } from './feeds.service.js';

/** Several times what one screen could ever need. */
const MAX_SUBSCRIPTIONS = 16;

/** A socket that may become a console's. */
export interface ConsoleConnection extends Connection {
  readonly address: string;
  readonly userAgent: string | null;
  admit(principal: ConsolePrincipal): void;
}

/** The operator at a console. */
export interface ConsolePrincipal extends UserPrincipal {
  role: Role;
  readonly subscriptions: Map<string, Subscription>;
}

interface Subscription {
  readonly needs: Role;
  /** Events that arrived while it was being opened. */
  early: ConsoleEvent[] | null;
  /** Absent while it is being opened. */
  close?: () => void;
}

/** What each console follows, from its ticket to its end. */
@Injectable()
export class ConsoleSubscriptions {
  private readonly logger = new Logger('Console');

  constructor(
    private readonly tickets: Tickets,
    private readonly tokens: AccessTokens,
    private readonly logins: Logins,
    private readonly feeds: Feeds,
    private readonly hub: Hub,
    directory: ConnectionDirectory,
    reconciliation: Reconciliation,
  ) {
    directory.describe('console', (connection) => ({ account: [String(principalOf(connection)?.userId)] }));
    reconciliation.register('console', (connections) => this.compare(connections as readonly ConsoleConnection[]));
  }

  /** @throws AppError `unauthenticated`, `forbidden` below the role `viewer`, `rate_limited`, `broker_unavailable` */
  async admit(connection: ConsoleConnection, ticket: string | undefined): Promise<void> {
    const claims = await this.tickets.redeem('account', ticket, connection);
    // Subscribe before checking: a login that ends, or a role that is withdrawn in between, is heard of.
    await this.hub.subscribe(connection, loginChannel(claims.loginId));
    await this.hub.subscribe(connection, roleChannel(claims.id));
    const principal = await this.tokens.confirm(claims);
    if (principal.kind === 'device') throw new AppError('forbidden', 'Devices have no console.');
    if (!hasRole(principal.role, 'viewer')) throw new AppError('forbidden', 'This needs the role viewer.');
    if (!connection.closed) connection.admit({ ...principal, subscriptions: new Map() });
  }

  /** Never throws: what is not possible is refused. */
  async subscribe(connection: ConsoleConnection, wish: FeedWish): Promise<void> {
    const principal = principalOf(connection);
    if (principal === null) return;
    const { id, topic } = wish;
    const { subscriptions } = principal;
    const source = this.feeds.of(topic);
    const subscription: Subscription = { needs: source.needs, early: [] };
    try {
      if (subscriptions.has(id)) throw new AppError('conflict', 'There is a subscription with this id already.');
      if (subscriptions.size >= MAX_SUBSCRIPTIONS)
        throw new AppError('rate_limited', `A console has at most ${MAX_SUBSCRIPTIONS} subscriptions.`);
      if (!hasRole(principal.role, source.needs))
        throw new AppError('forbidden', `This needs the role ${source.needs}.`);
    } catch (error) {
      this.refuse(connection, id, error);
      return;
    }
    subscriptions.set(id, subscription);
    try {
      const close = await source.open(this.readerOf(connection, principal, wish, subscription), wish);
      // Meanwhile the subscription may have been dropped, or the role withdrawn.
      if (subscriptions.get(id) === subscription) this.opened(connection, id, subscription, close);
      else close();
    } catch (error) {
      if (subscriptions.get(id) !== subscription) return;
      subscriptions.delete(id);
      this.refuse(connection, id, error);
    }
  }

  unsubscribe(connection: ConsoleConnection, id: string): void {
    const subscriptions = principalOf(connection)?.subscriptions;
    const subscription = subscriptions?.get(id);
    subscriptions?.delete(id);
    subscription?.close?.();
  }

  /** Called when the account's role has changed, in either direction. */
  roleChanged(connection: ConsoleConnection, role: Role): void {
    const principal = principalOf(connection);
    if (!hasRole(role, 'viewer')) connection.close(DISCONNECT.notAllowed);
    if (principal === null) return;
    principal.role = role;
    for (const [id, { needs }] of [...principal.subscriptions]) {
      if (!hasRole(role, needs)) this.end(connection, id);
    }
  }

  /** Called when the socket has ended. */
  leave(connection: ConsoleConnection): void {
    for (const id of [...(principalOf(connection)?.subscriptions.keys() ?? [])]) this.unsubscribe(connection, id);
  }

  private opened(connection: ConsoleConnection, id: string, subscription: Subscription, close: () => void): void {
    subscription.close = close;
    const early = subscription.early ?? [];
    subscription.early = null;
    for (const event of [{ type: 'console.subscribed', id } as const, ...early]) this.send(connection, event);
    if (early.some(({ type }) => type === 'console.ended')) this.unsubscribe(connection, id);
  }

  private readerOf(
    connection: ConsoleConnection,
    principal: ConsolePrincipal,
    { id }: FeedWish,
    subscription: Subscription,
  ): FeedReader {
    const pass = (event: ConsoleEvent): void => {
      if (principal.subscriptions.get(id) !== subscription) return;
      if (subscription.early !== null) subscription.early.push(event);
      else if (event.type === 'console.ended') this.end(connection, id);
      else this.send(connection, event);
    };
    const { address, userAgent } = connection;
    return {
      principal,
      address,
      userAgent,
      tell: (fact) => {
        pass({ type: 'console.told', id, fact });
      },
      say: (message) => {
        pass({ type: 'console.said', id, message });
      },
      end: () => {
        pass({ type: 'console.ended', id });
      },
    };
  }

  private end(connection: ConsoleConnection, id: string): void {
    this.unsubscribe(connection, id);
    this.send(connection, { type: 'console.ended', id });
  }

  private refuse(connection: ConsoleConnection, id: string, thrown: unknown): void {
    const { code, kind, detail, cause } = toAppError(thrown);
    if (kind === 'internal') reportFailure(this.logger, 'a subscription failed', cause ?? thrown);
    this.send(connection, { type: 'console.refused', id, code, detail });
  }

  private send(connection: ConsoleConnection, event: ConsoleEvent): void {
    this.hub.sendTo(connection, event);
  }

  /** Finds logins that have ended and roles that have changed, with one statement. */
  private async compare(connections: readonly ConsoleConnection[]): Promise<void> {
    const roles = await this.logins.roles(connections.flatMap((each) => principalOf(each)?.loginId ?? []));
    for (const connection of connections) {
      const role = roles.get(principalOf(connection)?.loginId ?? 0);
      if (role === undefined) connection.close(DISCONNECT.notAllowed);
      else this.roleChanged(connection, role);
    }
  }
}

const principalOf = (connection: Connection): ConsolePrincipal | null =>
  connection.principal as ConsolePrincipal | null;
