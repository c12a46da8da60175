import { ApiProperty } from '@nestjs/swagger';
import { toDto } from '../../../../common/http/dto.js';
import { NameField } from '../../../../common/http/input/fields.js';
import { PageOf } from '../../../../common/http/paging/page.dto.js';
import { DeviceDto } from '../../../auth/dto/device.dto.js';
import { type DeviceState } from '../devices.service.js';

const MAX_NAME = 100;

export class CreateDeviceRequest {
  /** What the circle calls it. */
  @NameField({ max: MAX_NAME, example: 'Living room' })
  name!: string;
}

/** Absent members stay as they are. */
export class UpdateDeviceRequest {
  /** What the circle calls it. */
  @NameField({ max: MAX_NAME, optional: true, example: 'Living room' })
  name?: string;
}

/** A device of a circle, and whether it is there. */
export class CircleDeviceDto extends DeviceDto {
  /** Whether a socket of the device is authenticated. */
  @ApiProperty({ example: true })
  isOnline!: boolean;

  static of({ device, isOnline }: DeviceState): CircleDeviceDto {
    return { ...toDto(DeviceDto, device), isOnline };
  }
}

export class NewDeviceDto extends CircleDeviceDto {
  /** Shown once. */
  @ApiProperty({ example: 'uD3kq0mYw8Vt1x5c' })
  password!: string;
}

export class DevicePasswordDto {
  /** Shown once. */
  @ApiProperty({ example: 'uD3kq0mYw8Vt1x5c' })
  password!: string;
}

export class CircleDevicePage extends PageOf(CircleDeviceDto) {}
