import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { AccessTokens, type TokenClaims } from '../../auth/logins/access-tokens.service.js';
import { type AccountPrincipal } from '../../auth/principals/device-principal.js';
import { loginChannel } from '../../auth/logins/login-channel.js';
import { Tickets } from '../../auth/tickets/tickets.service.js';
import { RequestAllowance } from '../../auth/access/request-allowance.service.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { deviceChannel, userChannel } from '../circles.channels.js';
import { Online } from '../presence/online.service.js';
import { RoomPictures } from '../presence/room-pictures.service.js';
import { LiveRefusal } from './live-refusal.js';
import { LiveRooms } from './live-rooms.service.js';
import { begin, type CirclesConnection, stateOf } from './socket-state.js';

/** Admission of sockets: who a socket is, from its token to its end. */
@Injectable()
export class LiveAdmission {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly tickets: Tickets,
    private readonly online: Online,
    private readonly rooms: LiveRooms,
    private readonly pictures: RoomPictures,
    private readonly allowance: RequestAllowance,
    private readonly hub: Hub,
  ) {}

  /**
   * Costs one statement at most: sockets that come together share it.
   * @throws AppError `unauthenticated`, `rate_limited`, `conflict` when the socket has an identity already
   */
  async authenticate(connection: CirclesConnection, token: unknown): Promise<void> {
    try {
      refuseSecond(connection);
      await this.identify(connection, this.read(token));
    } catch (error) {
      const isRefused = error instanceof AppError && error.kind === 'unauthenticated';
      if (isRefused) await this.allowance.chargeAddress(connection.address);
      throw error;
    }
  }

  /** Like `authenticate`, but with a ticket, which is used up. */
  async redeem(connection: CirclesConnection, ticket: unknown): Promise<void> {
    refuseSecond(connection);
    const claims = await this.tickets.redeem('account', ticket, connection).catch(asUnknown);
    await this.identify(connection, claims);
  }

  private async identify(connection: CirclesConnection, claims: TokenClaims): Promise<void> {
    const login = loginChannel(claims.loginId);
    // Subscribe before checking: a login that ends in between closes the socket.
    await this.hub.subscribe(connection, login);
    let principal: AccountPrincipal;
    try {
      principal = await this.tokens.confirm(claims);
    } catch (error) {
      this.hub.unsubscribe(connection, login);
      asUnknown(error);
    }
    if (connection.closed) return;
    connection.admit(principal, 'circles');
    begin(connection, principal);
    const own = principal.kind === 'user' ? userChannel(principal.userId) : deviceChannel(principal.deviceId);
    await this.hub.subscribe(connection, own);
    if (principal.kind === 'user') this.pictures.ofUser(principal.userId);
    else this.pictures.ofDevice(principal.deviceId);
    await this.online.enter(principal, connection.id);
  }

  /** Called when the socket has ended. */
  async leave(connection: CirclesConnection): Promise<void> {
    const state = stateOf(connection);
    if (state === undefined) return;
    this.rooms.leaveAll(state);
    await this.online.leave(state.principal, connection.id);
  }

  private read(token: unknown): TokenClaims {
    if (token === undefined || token === null) throw new LiveRefusal('token-missing');
    if (typeof token !== 'string') throw new LiveRefusal('identity-unknown');
    try {
      return this.tokens.read(token);
    } catch {
      throw new LiveRefusal('identity-unknown');
    }
  }
}

function refuseSecond(connection: CirclesConnection): void {
  if (stateOf(connection)) throw new LiveRefusal('already-authenticated');
}

/** Whatever the reason they are not known, clients are told the same. */
function asUnknown(error: unknown): never {
  throw error instanceof AppError && error.kind === 'unauthenticated' ? new LiveRefusal('identity-unknown') : error;
}
