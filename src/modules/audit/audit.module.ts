import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditCaller } from '../../entities/audit/audit-caller.entity.js';
import { AuditEntry } from '../../entities/audit/audit-entry.entity.js';
import { AuditPersonal } from '../../entities/audit/audit-personal.entity.js';
import { AuditSeal } from '../../entities/audit/audit-seal.entity.js';
import { AuditLog } from './audit-log.service.js';
import { AuditRepository } from './audit.repository.js';
import { Refusals } from './refusals.service.js';
import { Sealing } from './sealing.service.js';

/** Writes the audit log, for every feature; `audit-trail` serves it over REST. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([AuditCaller, AuditEntry, AuditPersonal, AuditSeal])],
  providers: [AuditLog, AuditRepository, Refusals, Sealing],
  exports: [AuditLog, AuditRepository, Refusals, Sealing],
})
export class AuditModule {}
