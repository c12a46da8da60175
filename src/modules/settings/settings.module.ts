import { Module } from '@nestjs/common';
import { ConfigController } from './config.controller.js';
import { Settings } from './settings.service.js';

/** The server's effective settings, for admins. */
@Module({ controllers: [ConfigController], providers: [Settings] })
export class SettingsModule {}
