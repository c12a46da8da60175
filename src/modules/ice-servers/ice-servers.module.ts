import { Module } from '@nestjs/common';
import { IceServersController } from './ice-servers.controller.js';
import { IceServers } from './ice-servers.service.js';

/** STUN and TURN for every protocol that makes calls. Shared: it knows none of them. */
@Module({ controllers: [IceServersController], providers: [IceServers], exports: [IceServers] })
export class IceServersModule {}
