import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ConnectionFeed } from './connection-feed.service.js';
import { ConnectionWatches } from './connection-watches.service.js';
import { ConnectionsController } from './connections.controller.js';
import { Connections } from './connections.service.js';
import { EndedConnections } from './ended-connections.service.js';

/** Who is connected, and who was, for admins. */
@Module({
  imports: [AuthModule],
  controllers: [ConnectionsController],
  providers: [Connections, EndedConnections, ConnectionWatches, ConnectionFeed],
})
export class ConnectionsModule {}
