import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { keyset } from '../../common/http/cursor.js';
import { sha256 } from '../../common/security/digest.js';
import { randomToken } from '../../common/security/random.js';
import { Clock } from '../../common/time/clock.js';
import { type LobbyToken } from '../../entities/signaling/lobby-token.entity.js';
import { type BearerPrincipal } from '../auth/bearer-principal.js';
import { FeatureTokens } from '../auth/feature-tokens.service.js';
import { RequestAllowance } from '../auth/request-allowance.service.js';
import { type UserPrincipal } from '../auth/user-principal.js';
import { DISCONNECT } from '../realtime/disconnect-reason.js';
import { Hub } from '../realtime/hub.js';
import { RevocationList } from '../realtime/revocation-list.js';
import { selector } from '../realtime/revocation-selectors.js';
import { LobbyTokensRepository, type ValidLobbyToken } from './lobby-tokens.repository.js';
import { tokenChannel } from './signaling.channels.js';
import { type PeerPrincipal, type SignalingConnection } from './signaling-peer.js';

const PREFIX = 'lobby_';
const MAX_LENGTH = 100;
const DEFAULT_SECONDS = 86_400;

export interface LobbyTokenOptions {
  readonly name?: string | undefined;
  readonly uses?: number | undefined;
  readonly expiresInSeconds?: number | undefined;
}

/** Tokens that admit to the lobby, each bound to the account that asked for it. */
@Injectable()
export class LobbyTokens implements OnModuleInit {
  constructor(
    private readonly repository: LobbyTokensRepository,
    private readonly revocations: RevocationList,
    private readonly featureTokens: FeatureTokens,
    private readonly allowance: RequestAllowance,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.featureTokens.register(PREFIX, (token) => this.identify(token));
  }

  /** @returns the token, which is never shown again */
  async create(
    { userId }: UserPrincipal,
    { name, uses, expiresInSeconds = DEFAULT_SECONDS }: LobbyTokenOptions,
  ): Promise<{ id: number; token: string; expiresIn: number }> {
    const token = PREFIX + randomToken(24);
    const now = this.clock.now();
    await this.repository.deleteExpired(new Date(now));
    const { id } = await this.repository.create({
      userId,
      digest: sha256(token),
      name: name ?? null,
      uses: uses ?? null,
      expiresAt: new Date(now + expiresInSeconds * 1_000),
    });
    return { id, token, expiresIn: expiresInSeconds };
  }

  page(
    principal: UserPrincipal,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<LobbyToken[]> {
    const { afterId, take } = keyset(query);
    return this.repository.page(reachOf(principal), afterId, take);
  }

  /** @throws AppError `not_found` */
  async get(principal: UserPrincipal, id: number): Promise<LobbyToken> {
    return (await this.repository.find(id, reachOf(principal))) ?? notFound();
  }

  /** Whoever came in with it leaves. @throws AppError `not_found` */
  async delete(principal: UserPrincipal, id: number): Promise<void> {
    if (!(await this.repository.delete(id, reachOf(principal)))) notFound();
    this.hub.disconnect(tokenChannel(id), DISCONNECT.notAllowed);
  }

  /**
   * Takes one use of a token.
   * @param token whatever a client brought
   * @returns `undefined` when it admits nobody
   * @throws AppError `rate_limited` when too many such come from this address
   */
  async admit(token: unknown, address: string): Promise<ValidLobbyToken | undefined> {
    const found = typeof token === 'string' ? await this.find(token) : undefined;
    if (found === undefined) await this.allowance.chargeAddress(address);
    if (found === undefined || found.usesLeft === null) return found;
    return (await this.repository.use(found.id)) ? found : undefined;
  }

  /** A connection is there by this token, until that is deleted or its account revoked. */
  async bind(connection: SignalingConnection, { id, userId, name }: ValidLobbyToken): Promise<void> {
    const principal: PeerPrincipal = {
      kind: 'peer',
      id: connection.id,
      label: name ?? '',
      userId,
      selectors: [selector('user', String(userId))],
    };
    connection.admit(principal, 'signaling');
    await this.hub.subscribe(connection, tokenChannel(id));
  }

  /** Who holds the token, for REST; costs no use. */
  private async identify(token: string): Promise<BearerPrincipal> {
    const found = await this.find(token);
    if (found === undefined) throw new AppError('unauthenticated', 'The lobby token is not valid, or not any more.');
    return { kind: 'lobby', id: `lobby-${found.id}`, label: found.name ?? '' };
  }

  private async find(token: string): Promise<ValidLobbyToken | undefined> {
    if (!token.startsWith(PREFIX) || token.length > MAX_LENGTH) return undefined;
    const found = await this.repository.findValid(sha256(token), this.clock.date());
    if (found === undefined) return undefined;
    const revoked = this.revocations.matches([selector('user', String(found.userId))], this.clock.now());
    return revoked ? undefined : found;
  }
}

/** Whose tokens somebody sees and deletes; admins everybody's. */
const reachOf = ({ role, userId }: UserPrincipal): number | undefined => (role === 'admin' ? undefined : userId);

function notFound(): never {
  throw new AppError('not_found', 'There is no such lobby token.');
}
