import { Injectable } from '@nestjs/common';
import { AppError } from '../../../../common/errors/app-error.js';
import { AppConfig } from '../../../../config/app-config.js';
import { Accounts } from '../../../accounts/accounts.service.js';
import { type AccountPrincipal } from '../../../auth/principals/device-principal.js';
import { CircleAccess } from '../../access/access.service.js';
import { type StoredMedia } from '../media.repository.js';
import { refuseWithoutSpace } from '../storage/media-storage.js';
import { MediaQuotaRepository, type Quota, type QuotaOwner, type Usage } from './media-quota.repository.js';

const OF: Readonly<Record<QuotaOwner, string>> = { user: 'this account', circle: 'this circle' };

/** How many bytes of media an account and a circle may have. */
@Injectable()
export class MediaQuota {
  constructor(
    private readonly repository: MediaQuotaRepository,
    private readonly accounts: Accounts,
    private readonly access: CircleAccess,
    private readonly config: AppConfig,
  ) {}

  /**
   * From now on, counts an upload of at most `size` bytes under `key`.
   * @throws AppError `quota_exceeded`, `storage_full`
   */
  async reserve(media: StoredMedia, key: string, size: number, hours: number): Promise<void> {
    const { userId, circleId, storageKey: replaced } = media;
    const quotas: Quota[] = [];
    const { accountQuotaBytes, circleQuotaBytes } = this.config.media;
    if (userId !== null && accountQuotaBytes > 0) quotas.push({ owner: 'user', id: userId, bytes: accountQuotaBytes });
    if (circleId !== null && circleQuotaBytes > 0)
      quotas.push({ owner: 'circle', id: circleId, bytes: circleQuotaBytes });
    const upload = { key, size, userId, circleId, replaced, hours };
    const full = await this.repository.reserve(upload, quotas).catch(refuseWithoutSpace);
    if (full === undefined) return;
    const { owner, usedBytes, quotaBytes } = full;
    throw new AppError(
      'quota_exceeded',
      `The files of ${OF[owner]} take ${usedBytes} of ${quotaBytes} bytes; ${size} more do not fit.`,
      { members: { usedBytes, quotaBytes } },
    );
  }

  /** @throws AppError `not_found` */
  async ofAccount(userId: number): Promise<Usage> {
    await this.accounts.get(userId);
    const { accountQuotaBytes: quotaBytes } = this.config.media;
    return { usedBytes: await this.repository.used('user', userId), quotaBytes };
  }

  /** @throws AppError `not_found` */
  async ofCircle(principal: AccountPrincipal, circleId: number): Promise<Usage> {
    await this.access.demandCircle(principal, circleId, 'read');
    const { circleQuotaBytes: quotaBytes } = this.config.media;
    return { usedBytes: await this.repository.used('circle', circleId), quotaBytes };
  }
}
