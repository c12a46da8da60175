import { Global, Module } from '@nestjs/common';
import { DatabaseObserver } from './database-observer.js';
import { HttpObserver } from './http-observer.js';
import { MetricsAccess } from './metrics-access.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { SocketMetrics } from './socket-metrics.js';

/** Logs and metrics. Below the kernel, so that everything may use them. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [SocketMetrics, Metrics, MetricsAccess, HttpObserver, DatabaseObserver],
  exports: [SocketMetrics, Metrics, HttpObserver],
})
export class ObservabilityModule {}
