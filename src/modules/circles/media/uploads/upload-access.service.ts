import { Injectable } from '@nestjs/common';
import { AccessTokens } from '../../../auth/logins/access-tokens.service.js';
import { type AccountPrincipal } from '../../../auth/principals/device-principal.js';
import { CircleAccess } from '../../access/access.service.js';
import { type StoredMedia } from '../media.repository.js';

/** Who may upload a media: its author. */
@Injectable()
export class UploadAccess {
  constructor(
    private readonly access: CircleAccess,
    private readonly tokens: AccessTokens,
  ) {}

  /** @throws AppError `not_found`, `forbidden` */
  async demand(principal: AccountPrincipal, { messageId }: StoredMedia): Promise<void> {
    await this.access.demandMessage(principal, messageId, 'uploadMedia');
  }

  /**
   * An upload takes as long as its author likes, who may have been signed out or removed since it began.
   * @throws AppError also `unauthenticated`
   */
  async demandStill(principal: AccountPrincipal, media: StoredMedia): Promise<void> {
    const { kind, id, loginId } = principal;
    await this.tokens.confirm({ kind, id: Number(id), loginId });
    await this.demand(principal, media);
  }
}
