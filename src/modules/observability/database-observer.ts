import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { type AfterQueryEvent, DataSource, type EntitySubscriberInterface } from 'typeorm';
import { Metrics } from './metrics.js';

/** What pg's pool tells about itself. */
interface PoolCounts {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** Times every statement, and exposes the state of the pool. Sees statements and parameters, but keeps none of them. */
@Injectable()
export class DatabaseObserver implements OnModuleInit, EntitySubscriberInterface {
  constructor(
    private readonly metrics: Metrics,
    @Optional() private readonly dataSource?: DataSource,
  ) {}

  onModuleInit(): void {
    const { dataSource } = this;
    if (dataSource === undefined) return;
    dataSource.subscribers.push(this);
    const count = (member: keyof PoolCounts): number =>
      (dataSource.driver as { master?: Partial<PoolCounts> }).master?.[member] ?? 0;
    this.metrics.gauge('switchboard_database_pool_connections', 'Open connections of the pool.', () =>
      count('totalCount'),
    );
    this.metrics.gauge('switchboard_database_pool_idle', 'Open connections nobody uses.', () => count('idleCount'));
    this.metrics.gauge('switchboard_database_pool_waiting', 'Statements that wait for a connection.', () =>
      count('waitingCount'),
    );
  }

  afterQuery({ success, executionTime = 0 }: AfterQueryEvent): void {
    if (success) this.metrics.observeStatement(executionTime / 1_000);
    else this.metrics.countStatementError();
  }
}
