import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type DataSource } from 'typeorm';
import { DatabaseHealth } from './database-health.js';
import { shareTransactions } from './shared-transaction.js';
import { UnansweredWrites } from './unanswered-writes.js';

/**
 * Provides the DataSource to repositories. `openDatabase` returns it connected and migrated; an unconnected one will do
 * for apps that only describe themselves. A connected one is closed with the app.
 */
@Global()
@Module({})
export class DatabaseModule {
  static forRoot(dataSource: DataSource): DynamicModule {
    shareTransactions(dataSource);
    const unanswered = new UnansweredWrites();
    dataSource.logger = unanswered;
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...dataSource.options, manualInitialization: true }),
          dataSourceFactory: () => Promise.resolve(dataSource),
        }),
      ],
      providers: [DatabaseHealth, { provide: UnansweredWrites, useValue: unanswered }],
      exports: [DatabaseHealth, UnansweredWrites],
    };
  }
}
