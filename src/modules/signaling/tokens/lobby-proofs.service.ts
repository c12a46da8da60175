import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { sha256 } from '../../../common/security/digest.js';
import { randomToken } from '../../../common/security/random.js';
import { RequestAllowance } from '../../auth/access/request-allowance.service.js';
import { ticketKind } from '../../auth/tickets/ticket.js';
import { Tickets } from '../../auth/tickets/tickets.service.js';
import { type SignalingConnection } from '../signaling-peer.js';

const PREFIX = 'lobby_';
const MAX_LENGTH = 100;

export const newLobbyToken = (): string => PREFIX + randomToken(24);

/** The digest a token is looked up by; `undefined` if it cannot be a lobby token. */
export function lobbyTokenDigest(token: unknown): Buffer | undefined {
  const isToken = typeof token === 'string' && token.startsWith(PREFIX) && token.length <= MAX_LENGTH;
  return isToken ? sha256(token) : undefined;
}

/** Credentials for the lobby: tokens, and tickets that stand for them. */
@Injectable()
export class LobbyProofs {
  constructor(
    private readonly tickets: Tickets,
    private readonly allowance: RequestAllowance,
  ) {}

  /**
   * The digest of the presented token, or of the one that the presented ticket stands for. @throws AppError
   * `rate_limited`
   */
  async digestOf(connection: SignalingConnection, proof: unknown): Promise<Buffer | undefined> {
    if (ticketKind(proof) !== 'lobby') return lobbyTokenDigest(proof);
    try {
      return Buffer.from((await this.tickets.redeem('lobby', proof, connection)).digest, 'hex');
    } catch (error) {
      if (error instanceof AppError && error.kind === 'unauthenticated') return undefined;
      throw error;
    }
  }

  /** Charges the address for a wrong credential. @throws AppError `rate_limited` */
  charge({ address }: SignalingConnection): Promise<void> {
    return this.allowance.chargeAddress(address);
  }
}
