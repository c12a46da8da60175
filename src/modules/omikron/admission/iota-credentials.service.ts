import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { sha256 } from '../../../common/security/digest.js';
import { AppConfig } from '../../../config/app-config.js';
import { FeatureTokens } from '../../auth/access/feature-tokens.service.js';
import { RequestAllowance } from '../../auth/access/request-allowance.service.js';
import { type HolderPrincipal } from '../../auth/principals/bearer-principal.js';
import { isTicket } from '../../auth/tickets/ticket.js';
import { type Stranger, Tickets } from '../../auth/tickets/tickets.service.js';
import { OmikronRepository } from '../omikron.repository.js';

/** The credential that an Iota presented on the upgrade. */
export interface IotaCredential {
  /** Canonical id of the Iota that the token belongs to. */
  readonly iota: string;
  readonly tokenDigest: Buffer;
}

/** Tokens of Iotas, and the tickets that stand for them. */
@Injectable()
export class IotaCredentials implements OnModuleInit {
  constructor(
    private readonly config: AppConfig,
    private readonly repository: OmikronRepository,
    private readonly tickets: Tickets,
    private readonly featureTokens: FeatureTokens,
    private readonly allowance: RequestAllowance,
  ) {}

  onModuleInit(): void {
    this.featureTokens.register(/^[A-Za-z0-9_-]{43}$/, (token) => this.holder(token), { ticketsOnly: true });
  }

  /**
   * Checks the token of an upgrade, or the ticket in its place.
   * @param token `undefined` when none was presented
   * @returns `null` when none is needed
   * @throws AppError `invalid_credentials`, `unauthenticated`, or `rate_limited` when this address tries too often
   */
  async authenticate(token: string | undefined, holder: Stranger): Promise<IotaCredential | null> {
    if (token === undefined) {
      if (this.config.omikron.iotaAccess === 'open') return null;
      throw new AppError('unauthenticated', 'An Iota token is needed.');
    }
    const tokenDigest = isTicket(token) ? await this.redeem(token, holder) : sha256(token);
    const iota = await this.repository.findIotaByToken(tokenDigest);
    if (iota === undefined) {
      await this.allowance.chargeAddress(holder.address);
      throw new AppError('invalid_credentials', 'This is not an Iota token.');
    }
    return { iota: iota.iotaId, tokenDigest };
  }

  private async redeem(ticket: string, holder: Stranger): Promise<Buffer> {
    return Buffer.from((await this.tickets.redeem('iota', ticket, holder)).digest, 'hex');
  }

  private async holder(token: string): Promise<HolderPrincipal> {
    const digest = sha256(token);
    const iota = await this.repository.findIotaByToken(digest);
    if (iota === undefined) throw new AppError('unauthenticated', 'This is not an Iota token.');
    return { kind: 'iota', id: iota.iotaId, label: iota.name, tokenDigest: digest.toString('hex') };
  }
}
