import { Injectable } from '@nestjs/common';
import { normalizeEmail } from '../../../common/security/email.js';
import { AppConfig } from '../../../config/app-config.js';
import { type IceHost, IceServers } from '../../ice-servers/ice-servers.service.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { PushShares } from '../../realtime/access/push-shares.js';
import { deviceChannel, userChannel } from '../circles.channels.js';
import { type CirclesEvent } from '../circles.events.js';
import { Online } from '../presence/online.service.js';
import { LiveRefusal } from './live-refusal.js';
import { type CirclesConnection, demandState } from './socket-state.js';
import { type Target, TargetsRepository } from './targets.repository.js';

/** The recipient, as a client names them. */
export type NamedTarget = { readonly email: string } | Target;

/**
 * Call signals of accounts and devices: forwards them unread, and tells clients their STUN and TURN servers and
 * credentials.
 */
@Injectable()
export class CallSignals {
  constructor(
    private readonly iceServers: IceServers,
    private readonly targets: TargetsRepository,
    private readonly online: Online,
    private readonly hub: Hub,
    private readonly shares: PushShares,
    private readonly config: AppConfig,
  ) {}

  tellStunHosts(connection: CirclesConnection): unknown {
    return this.tell(connection, this.iceServers.stunHosts().map(wireHost));
  }

  tellTurnHosts(connection: CirclesConnection): unknown {
    return this.tell(connection, this.iceServers.turnHosts().map(wireHost));
  }

  /** @throws AppError `unauthenticated` */
  tellCredentials(connection: CirclesConnection): unknown {
    const { principal } = demandState(connection);
    const subject = `${principal.id}${principal.kind === 'device' ? 'True' : 'False'}`;
    const { username, password } = this.iceServers.credentials(subject);
    return this.tell(connection, { username, password });
  }

  /**
   * Forwards `content` to all sockets of the recipient.
   * @param content JSON text, passed on unchanged
   * @throws AppError `not_found` when there is no such recipient, or none of their sockets
   */
  async forward(connection: CirclesConnection, named: NamedTarget | undefined, content: string): Promise<void> {
    const { principal } = demandState(connection);
    const target = named && 'email' in named ? await this.findByEmail(named.email) : named;
    if (target === undefined) throw new LiveRefusal('recipient-unknown');
    const self: Target = { kind: principal.kind, id: Number(principal.id) };
    const [isOnline, isNear] = await Promise.all([
      target.kind === 'user' ? this.online.isUserOnline(target.id) : this.online.isDeviceOnline(target.id),
      this.targets.shareCircle(self, target),
    ]);
    // Only those who share a circle with somebody may learn that the account exists but is not connected.
    if (!isNear && (!isOnline || this.config.circles.forward === 'shared-circle'))
      throw new LiveRefusal('recipient-unknown');
    if (!isOnline) throw new LiveRefusal('recipient-offline');
    // Twice: it is sent on two channels.
    await this.shares.take(keyOf(self), keyOf(target), 2 * content.length);
    const channel = target.kind === 'user' ? userChannel(target.id) : deviceChannel(target.id);
    // The protocol's documentation names one channel, but the clients listen on the other.
    for (const name of ['webrtc_config', 'webrtc_forward'] as const) {
      const event: CirclesEvent = {
        type: 'circles.forwarded',
        channel: name,
        senderId: self.id,
        isDevice: principal.kind === 'device',
        content,
      };
      this.hub.push(channel, event);
    }
  }

  /** An unknown account takes the same path as a known one, so that timing does not reveal which exist. */
  private async findByEmail(email: string): Promise<Target> {
    return { kind: 'user', id: (await this.targets.findUserByEmail(normalizeEmail(email))) ?? NOBODY };
  }

  private tell(connection: CirclesConnection, config: unknown): unknown {
    const event: CirclesEvent = { type: 'circles.webrtc', json: JSON.stringify(config) };
    this.hub.sendTo(connection, event);
    return config;
  }
}

const wireHost = ({ host, port }: IceHost) => ({ domain: host, ip: '', port });
const keyOf = ({ kind, id }: Target): string => `${kind}:${id}`;
/** No account has this id. */
const NOBODY = 0;
