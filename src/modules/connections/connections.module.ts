import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ConnectionsController } from './connections.controller.js';
import { Connections } from './connections.service.js';

/** Who is connected, for admins. */
@Module({ imports: [AuthModule], controllers: [ConnectionsController], providers: [Connections] })
export class ConnectionsModule {}
