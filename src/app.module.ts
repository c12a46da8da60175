import { type DynamicModule, Module } from '@nestjs/common';
import { type AppConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { type DataSource } from 'typeorm';
import { CirclesGatewayModule } from './gateways/circles/circles-gateway.module.js';
import { ConsoleGatewayModule } from './gateways/console/console-gateway.module.js';
import { OmikronGatewayModule } from './gateways/omikron/omikron-gateway.module.js';
import { RoomsGatewayModule } from './gateways/rooms/rooms-gateway.module.js';
import { ServicesGatewayModule } from './gateways/services/services-gateway.module.js';
import { SignalingGatewayModule } from './gateways/signaling/signaling-gateway.module.js';
import { TransportModule } from './gateways/transport/transport.module.js';
import { AccountsModule } from './modules/accounts/accounts.module.js';
import { AuditModule } from './modules/audit/audit.module.js';
import { AuditTrailModule } from './modules/audit-trail/audit-trail.module.js';
import { AuthModule } from './modules/auth/auth.module.js';
import { CallsModule } from './modules/calls/calls.module.js';
import { ConnectionsModule } from './modules/connections/connections.module.js';
import { ConsoleModule } from './modules/console/console.module.js';
import { DatabaseModule } from './modules/database/database.module.js';
import { HealthModule } from './modules/health/health.module.js';
import { LifecycleModule } from './modules/health/lifecycle.module.js';
import { IceServersModule } from './modules/ice-servers/ice-servers.module.js';
import { NodesModule } from './modules/nodes/nodes.module.js';
import { ObservabilityModule } from './modules/observability/observability.module.js';
import { PagesModule } from './modules/pages/pages.module.js';
import { RealtimeModule } from './modules/realtime/realtime.module.js';
import { RevocationsModule } from './modules/revocations/revocations.module.js';
import { SettingsModule } from './modules/settings/settings.module.js';

/** Composition root. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig, dataSource: DataSource): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule,
        DatabaseModule.forRoot(dataSource),
        LifecycleModule,
        RealtimeModule.forRoot(config.redis),
        AuditModule,
        AuthModule,
        AccountsModule,
        ConsoleModule,
        CallsModule,
        IceServersModule,
        HealthModule,
        AuditTrailModule,
        ConnectionsModule,
        RevocationsModule,
        NodesModule,
        SettingsModule,
        PagesModule,
        TransportModule,
        ServicesGatewayModule,
        CirclesGatewayModule,
        SignalingGatewayModule,
        OmikronGatewayModule,
        RoomsGatewayModule,
        ConsoleGatewayModule,
      ],
    };
  }
}
