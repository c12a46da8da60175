import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { ReadinessService } from './readiness.service.js';

/** Answers load balancers and supervisors. */
@Module({ controllers: [HealthController], providers: [ReadinessService] })
export class HealthModule {}
