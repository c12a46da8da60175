import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BusProbe } from './bus-probe.service.js';
import { Liveness } from './liveness.service.js';
import { MissedChanges } from './missed-changes.service.js';
import { NodesController } from './nodes.controller.js';
import { NodesRepository } from './nodes.repository.js';
import { Nodes } from './nodes.service.js';
import { OwnStatus } from './own-status.service.js';
import { Reaper } from './reaper.service.js';
import { StatsController } from './stats.controller.js';
import { TrafficRates } from './traffic-rates.service.js';

/** The nodes among each other: who lives, who hears, and who tidies up after the dead. */
@Module({
  imports: [AuthModule],
  controllers: [NodesController, StatsController],
  providers: [NodesRepository, OwnStatus, Reaper, Liveness, BusProbe, MissedChanges, TrafficRates, Nodes],
})
export class NodesModule {}
