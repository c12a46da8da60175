import { type DynamicModule, Module } from '@nestjs/common';
import { type AppConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { RealtimeModule } from './modules/realtime/realtime.module.js';

/** Composition root. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig): DynamicModule {
    return { module: AppModule, imports: [ConfigModule.forRoot(config), RealtimeModule] };
  }
}
