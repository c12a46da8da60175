import { ApiProperty } from '@nestjs/swagger';
import { ApiChoice } from '../../../common/http/input/fields.js';
import { SETTING_SOURCES } from '../../../config/effective-settings.js';

class SettingDto {
  /** The environment variable it is set by. */
  @ApiProperty({ example: 'DRAIN_SECONDS' })
  name!: string;

  /** What it does. */
  @ApiProperty({ example: 'Time over which open sockets are gradually told to leave after SIGTERM.' })
  description!: string;

  /** As it would be set; masked for a secret that is set, `null` when not set. */
  @ApiProperty({ type: 'string', nullable: true, example: '10' })
  value!: string | null;

  /** The default, in words. */
  @ApiProperty({ example: '10 s' })
  default!: string;

  /** Where the value comes from. */
  @ApiChoice({ name: 'SettingSource', values: SETTING_SOURCES }, { example: 'default' })
  source!: string;

  /** Whether its value is never shown. */
  @ApiProperty({ example: false })
  secret!: boolean;
}

export class SettingGroupDto {
  /** As in the documentation. */
  @ApiProperty({ example: 'Process' })
  name!: string;

  /** In the order of the documentation. */
  @ApiProperty({ type: [SettingDto] })
  settings!: SettingDto[];
}

class VersionsDto {
  /** Of this program. */
  @ApiProperty({ example: '0.1.0' })
  switchboard!: string;

  /** Of Node.js. */
  @ApiProperty({ example: '24.4.0' })
  node!: string;
}

export class ConfigDto {
  /** Name of the node that answers; others may be configured differently. */
  @ApiProperty({ example: '9f86d081884c7d65' })
  node!: string;

  /** Of what it runs. */
  @ApiProperty({ type: VersionsDto })
  versions!: VersionsDto;

  /** All settings there are. */
  @ApiProperty({ type: [SettingGroupDto] })
  groups!: SettingGroupDto[];
}
