import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { ReadinessService } from './readiness.service.js';

/** What load balancers and supervisors ask. */
@Module({ controllers: [HealthController], providers: [ReadinessService] })
export class HealthModule {}
