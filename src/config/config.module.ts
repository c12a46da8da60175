import { type DynamicModule, Module } from '@nestjs/common';
import { AppConfig } from './app-config.js';
import { KeyRing } from './key-ring.js';

/** Provides the settings that `main` (or a test) loaded, and the keys derived from the secret key. */
@Module({})
export class ConfigModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: KeyRing, useFactory: () => KeyRing.open(config) },
      ],
      exports: [AppConfig, KeyRing],
    };
  }
}
