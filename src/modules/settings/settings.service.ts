import { Injectable } from '@nestjs/common';
import { PROGRAM_VERSION } from '../../common/program-version.js';
import { AppConfig } from '../../config/app-config.js';
import { redactText } from '../observability/redact.js';
import { NodeIdentity } from '../realtime/node-identity.js';
import { type ConfigDto, type SettingGroupDto } from './dto/config.dto.js';

/** The effective settings of this node. */
@Injectable()
export class Settings {
  constructor(
    private readonly config: AppConfig,
    private readonly identity: NodeIdentity,
  ) {}

  read(): ConfigDto {
    const groups = new Map<string, SettingGroupDto>();
    for (const { group: name, ...setting } of this.config.settings) {
      const group = groups.get(name) ?? { name, settings: [] };
      groups.set(name, group);
      // Addresses may contain a password, though none should.
      group.settings.push({ ...setting, value: setting.value === null ? null : redactText(setting.value) });
    }
    return {
      node: this.identity.name,
      versions: { switchboard: PROGRAM_VERSION, node: process.versions.node },
      groups: [...groups.values()],
    };
  }
}
