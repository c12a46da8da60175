import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuditFeed } from './audit-feed.service.js';
import { AuditTrail } from './audit-trail.service.js';

/** Serves the audit log over REST. */
@Module({ controllers: [AuditController], providers: [AuditTrail, AuditFeed] })
export class AuditTrailModule {}
