import { ApiProperty } from '@nestjs/swagger';

/** A device in the home, with a login of its own. */
export class DeviceDto {
  /** The device's id. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 4 })
  id!: number;

  /** The circle it belongs to. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 1 })
  circleId!: number;

  /** What the circle calls it. */
  @ApiProperty({ example: 'Living room' })
  name!: string;

  /** Signs in with it. */
  @ApiProperty({ example: 'kmwqzhtbnrva' })
  username!: string;

  /** When it was made. */
  @ApiProperty({ format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  createdAt!: string;

  /** When it was last changed. */
  @ApiProperty({ format: 'date-time', example: '2026-01-01T12:00:00.000Z' })
  updatedAt!: string;
}
