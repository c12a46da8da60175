import { Global, Module } from '@nestjs/common';
import { SocketMetrics } from './socket-metrics.js';

/** Logs and metrics. Below the kernel, so that everything may use it. */
@Global()
@Module({ providers: [SocketMetrics], exports: [SocketMetrics] })
export class ObservabilityModule {}
