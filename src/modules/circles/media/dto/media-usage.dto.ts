import { ApiProperty } from '@nestjs/swagger';
import { type Usage } from '../uploads/media-quota.repository.js';

/** How much room files take. */
export class MediaUsageDto {
  /** Bytes of the files that are stored or being uploaded. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 48213 })
  usedBytes!: number;

  /** Bytes they may use; `null` = no limit. */
  @ApiProperty({ type: 'integer', format: 'int64', nullable: true, example: 5_000_000_000 })
  quotaBytes!: number | null;

  static from({ usedBytes, quotaBytes }: Usage): MediaUsageDto {
    return { usedBytes, quotaBytes: quotaBytes === 0 ? null : quotaBytes };
  }
}
