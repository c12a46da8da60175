import { Global, Module } from '@nestjs/common';
import { LifecycleModule } from '../../modules/health/lifecycle.module.js';
import { ObservabilityModule } from '../../modules/observability/observability.module.js';
import { AdmissionDeadlines } from './plain/admission-deadlines.js';
import { TransportService } from './transport.service.js';

/** The machinery of the socket edge; the gateways next to it hold the protocols. */
@Global()
@Module({
  imports: [ObservabilityModule, LifecycleModule],
  providers: [AdmissionDeadlines, TransportService],
  exports: [TransportService],
})
export class TransportModule {}
