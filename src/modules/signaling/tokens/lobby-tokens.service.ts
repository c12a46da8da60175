import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { AppError } from '../../../common/errors/app-error.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { sha256 } from '../../../common/security/digest.js';
import { hasRole, type Role } from '../../../common/security/role.js';
import { Clock } from '../../../common/time/clock.js';
import { type LobbyToken } from '../../../entities/signaling/lobby-token.entity.js';
import { AccountEndings } from '../../accounts/account-endings.js';
import { type HolderPrincipal } from '../../auth/principals/bearer-principal.js';
import { FeatureTokens } from '../../auth/access/feature-tokens.service.js';
import { type Actor } from '../../auth/principals/machine-key-principal.js';
import { type UserPrincipal } from '../../auth/principals/user-principal.js';
import { type Connection } from '../../realtime/connection.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { Reconciliation } from '../../realtime/resilience/reconciliation.js';
import { RevocationList } from '../../realtime/access/revocation-list.js';
import { selector } from '../../realtime/access/revocation-selectors.js';
import { LobbyProofs, lobbyTokenDigest, newLobbyToken } from './lobby-proofs.service.js';
import { deleteTokens, LobbyTokensRepository, type ValidLobbyToken } from './lobby-tokens.repository.js';
import { accountChannel, tokenChannel } from '../signaling.channels.js';
import { type PeerPrincipal, type SignalingConnection, type TokenAdmission } from '../signaling-peer.js';

const DEFAULT_SECONDS = 86_400;

export interface LobbyTokenOptions {
  readonly name?: string | undefined;
  readonly uses?: number | undefined;
  readonly expiresInSeconds?: number | undefined;
}

/** Tokens that admit to the lobby, each bound to the account that requested it. */
@Injectable()
export class LobbyTokens implements OnModuleInit {
  constructor(
    private readonly repository: LobbyTokensRepository,
    private readonly revocations: RevocationList,
    private readonly featureTokens: FeatureTokens,
    private readonly proofs: LobbyProofs,
    private readonly endings: AccountEndings,
    private readonly reconciliation: Reconciliation,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.featureTokens.register(/^lobby_/, (token) => this.identify(token));
    this.endings.register(['disabled', 'removed'], (manager, userId) => this.accountEnds(manager, userId));
    this.reconciliation.register('signaling', (connections) => this.compare(connections));
  }

  /** @returns the token, which is never shown again */
  async create(
    { userId }: UserPrincipal,
    { name, uses, expiresInSeconds = DEFAULT_SECONDS }: LobbyTokenOptions,
  ): Promise<{ id: number; token: string; expiresIn: number }> {
    const token = newLobbyToken();
    const now = this.clock.now();
    await this.repository.deleteExpired(new Date(now));
    const expiresAt = new Date(now + expiresInSeconds * 1_000);
    const wish = { userId, digest: sha256(token), name: name ?? null, uses: uses ?? null, expiresAt };
    const { id } = await this.repository.create(wish);
    return { id, token, expiresIn: expiresInSeconds };
  }

  page(
    principal: Actor,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<LobbyToken>> {
    return pageById(query, (afterId, take) => this.repository.page(reachOf(principal, 'viewer'), afterId, take));
  }

  /** @throws AppError `not_found` */
  async get(principal: Actor, id: number): Promise<LobbyToken> {
    return (await this.repository.find(id, reachOf(principal, 'viewer'))) ?? notFound();
  }

  /** Deletes a token; peers admitted by it are closed. @throws AppError `not_found` */
  async delete(principal: Actor, id: number): Promise<void> {
    const digest = await this.repository.delete(id, reachOf(principal, 'operator'));
    if (digest === undefined) return notFound();
    this.hub.disconnect(tokenChannel(digest), DISCONNECT.notAllowed);
  }

  /**
   * Takes one use of a token. The admission lasts until the token is deleted, or its account disabled or revoked.
   * @param token whatever the client sent; may be a ticket
   * @returns `undefined` when it admits nobody
   * @throws AppError `rate_limited` when too many invalid ones come from this address
   */
  async admit(connection: SignalingConnection, token: unknown): Promise<TokenAdmission | undefined> {
    const digest = await this.proofs.digestOf(connection, token);
    if (digest === undefined) {
      await this.proofs.charge(connection);
      return undefined;
    }
    // Subscribe before checking: a token that is deleted in between closes the connection.
    await this.hub.subscribe(connection, tokenChannel(digest));
    const found = await this.find(digest);
    if (found === undefined) await this.proofs.charge(connection);
    if (found === undefined || (found.usesLeft !== null && !(await this.repository.use(found.id)))) {
      this.hub.unsubscribe(connection, tokenChannel(digest));
      return undefined;
    }
    const { id, userId, name, expiresAt } = found;
    const channels = [tokenChannel(digest), accountChannel(userId)];
    await this.hub.subscribe(connection, accountChannel(userId));
    const principal: PeerPrincipal = {
      kind: 'peer',
      id: connection.id,
      label: name ?? '',
      selectors: [selector('user', String(userId))],
      tokenId: id,
      userId,
      tokenExpiresAt: expiresAt.getTime(),
    };
    if (!connection.closed) connection.admit(principal, 'signaling');
    return { userId, channels };
  }

  /** Releases the connection from its token, whose end then no longer closes it. */
  release(connection: SignalingConnection, { channels }: TokenAdmission): void {
    for (const channel of channels) this.hub.unsubscribe(connection, channel);
  }

  /**
   * Runs in the transaction that disables or removes an account, and deletes its tokens. @returns what to do after the
   * commit
   */
  private async accountEnds(manager: EntityManager, userId: number): Promise<() => void> {
    const digests = await deleteTokens(manager, { userId });
    return () => {
      for (const digest of digests) this.hub.disconnect(tokenChannel(digest), DISCONNECT.notAllowed);
      // Expired tokens may have been deleted already, while peers admitted by them are still connected.
      this.hub.disconnect(accountChannel(userId), DISCONNECT.notAllowed);
    };
  }

  /** Needs one statement. */
  private async compare(connections: readonly Connection[]): Promise<void> {
    const peers = connections.map((connection) => ({ connection, principal: connection.principal as PeerPrincipal }));
    const tokens = new Set(peers.map(({ principal }) => principal.tokenId));
    const users = new Set(peers.map(({ principal }) => principal.userId));
    const standing = await this.repository.standing([...tokens], [...users]);
    const now = this.clock.now();
    for (const { connection, principal } of peers) {
      const { tokenId, userId, tokenExpiresAt } = principal;
      // Peers stay when their token expires, after which it is deleted.
      const isTokenGone = !standing.tokens.has(tokenId) && tokenExpiresAt > now;
      if (isTokenGone || !standing.users.has(userId)) connection.close(DISCONNECT.notAllowed);
    }
  }

  /** The holder of the token, for REST; does not take a use. */
  private async identify(token: string): Promise<HolderPrincipal> {
    const digest = lobbyTokenDigest(token);
    const found = digest && (await this.find(digest));
    if (digest === undefined || found === undefined)
      throw new AppError('unauthenticated', 'The lobby token is not valid, or no longer valid.');
    return { kind: 'lobby', id: `lobby-${found.id}`, label: found.name ?? '', tokenDigest: digest.toString('hex') };
  }

  private async find(digest: Buffer): Promise<ValidLobbyToken | undefined> {
    const found = await this.repository.findValid(digest, this.clock.date());
    if (found === undefined) return undefined;
    const revoked = this.revocations.matches([selector('user', String(found.userId))], this.clock.now());
    return revoked ? undefined : found;
  }
}

/** Whose tokens somebody may see or delete: from the role `least` up, everybody's. */
const reachOf = (principal: Actor, least: Role): number | undefined =>
  principal.kind === 'machineKey' || hasRole(principal.role, least) ? undefined : principal.userId;

function notFound(): never {
  throw new AppError('not_found', 'There is no such lobby token.');
}
