import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Call } from '../../entities/calls/call.entity.js';
import { CallParticipant } from '../../entities/calls/call-participant.entity.js';
import { CallEndings } from './call-endings.service.js';
import { CallLedger } from './call-ledger.service.js';
import { CallLedgerRepository } from './call-ledger.repository.js';
import { CallRetention } from './call-retention.service.js';
import { CallsController } from './calls.controller.js';
import { CallsFeed } from './calls-feed.service.js';
import { CallsRepository } from './calls.repository.js';
import { Calls } from './calls.service.js';

/** The call ledger. Shared: protocols report their calls to it; it knows none of them. */
@Module({
  imports: [TypeOrmModule.forFeature([Call, CallParticipant])],
  controllers: [CallsController],
  providers: [CallEndings, CallLedger, CallLedgerRepository, CallRetention, Calls, CallsFeed, CallsRepository],
  exports: [CallEndings, CallLedger],
})
export class CallsModule {}
