import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type ApplicationMessage } from '../application-message.js';
import { senderOf, type ServicePrincipal } from '../service-connection.js';
import { ServicePeers } from './service-peers.service.js';
import { ServiceSessions } from './service-sessions.service.js';
import { canonicalToken, tokenDigest } from '../directory/service-token.js';
import { audienceChannel, hostsChannel, userChannel } from '../services.channels.js';
import { relayed, type ServiceSettings } from '../services.events.js';

/** Maximum characters quoted of an unknown receiver. */
const MAX_QUOTED = 100;

/** Relays applications' messages between hosts, clients and guests, as the text they arrived in. */
@Injectable()
export class ServiceRelay {
  constructor(
    private readonly hub: Hub,
    private readonly peers: ServicePeers,
    private readonly sessions: ServiceSessions,
  ) {}

  /**
   * Relays a message of an admitted connection. Synchronous, unless the receiver is not on this node.
   * @throws AppError `not_found` for a receiver that is not connected, `forbidden` for a message that poses as the
   * server's
   */
  relay(principal: ServicePrincipal, message: ApplicationMessage): void | Promise<void> {
    if (message.has('token') && carriesToken(message, principal.settings)) return;
    if (principal.kind !== 'host') {
      if (message.has('type')) refuseReservedType(message);
      const { text, tail } = message.pieces(senderOf(principal));
      this.hub.publish(principal.hosts, relayed(text, tail));
      return;
    }
    if (principal.settings.targeting && message.has('user')) {
      // As in the original's language, empty containers are falsy.
      if (message.isTruthy('user')) return this.toUser(principal, message.stringOf('user'), message);
    }
    this.hub.publish(principal.audience, relayed(message.bytes));
  }

  /**
   * Publishes on behalf of an admin.
   * @param text of a JSON object, delivered unchanged
   * @returns the number of connections it was sent to
   */
  async publish(service: number, text: Buffer, to: string): Promise<number> {
    const away = new Set<string>();
    for (const { id, data } of await this.sessions.list(service)) {
      if (await this.sessions.isAway(service, id)) away.add(data.host);
    }
    const present = (await this.peers.list(service)).filter(({ id }) => !away.has(id));
    switch (to) {
      case 'all':
        this.hub.publish(hostsChannel(service), relayed(text));
        this.hub.publish(audienceChannel(service), relayed(text));
        return present.length;
      case 'hosts':
        this.hub.publish(hostsChannel(service), relayed(text));
        return present.filter(({ data }) => data.role === 'host').length;
      default:
        if (!present.some(({ id }) => id === to)) return 0;
        this.hub.publish(userChannel(service, to), relayed(text));
        return 1;
    }
  }

  private toUser(
    principal: ServicePrincipal,
    user: string | undefined,
    message: ApplicationMessage,
  ): void | Promise<void> {
    const service = principal.settings.id;
    const found = user !== undefined && this.peers.has(service, user);
    if (typeof found !== 'boolean') {
      return found.then((isThere) => {
        this.toKnownUser(service, user, message, isThere);
      });
    }
    this.toKnownUser(service, user, message, found);
  }

  private toKnownUser(service: number, user: string | undefined, message: ApplicationMessage, isThere: boolean): void {
    if (!isThere) throw new AppError('not_found', `User ${quoted(user, message)} not found`);
    this.hub.publish(userChannel(service, user as string), relayed(message.bytes));
  }
}

/**
 * Values that are not strings are quoted as written: they may be nested too deeply, or numbers too large, to be
 * printed.
 */
function quoted(user: string | undefined, message: ApplicationMessage): string {
  const text = user ?? message.textOf('user')?.toString() ?? '';
  const characters = Array.from(text.slice(0, 2 * MAX_QUOTED + 2));
  return characters.length > MAX_QUOTED ? `${characters.slice(0, MAX_QUOTED).join('')}…` : text;
}

/** Whether any member `token` is one of the service's own tokens, in any spelling that would log in. */
function carriesToken(message: ApplicationMessage, { hostDigest, clientDigest }: ServiceSettings): boolean {
  return message.stringsOf('token').some((value) => {
    const token = value === undefined ? undefined : canonicalToken(value);
    if (token === undefined) return false;
    const digest = tokenDigest(token).toString('hex');
    return digest === hostDigest || digest === clientDigest;
  });
}

/** Checks all members `type`, since receivers may read any of several. */
function refuseReservedType(message: ApplicationMessage): void {
  if (!message.stringsOf('type').some((type) => type?.startsWith('server_') === true)) return;
  throw new AppError('forbidden', 'Types beginning with "server_" are reserved.');
}
