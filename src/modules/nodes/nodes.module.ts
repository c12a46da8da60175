import { Module } from '@nestjs/common';
import { MetricsHistoryController } from './metrics-history.controller.js';
import { MetricsHistory } from './metrics-history.service.js';
import { MetricsRing } from './status/metrics-ring.service.js';
import { TopController } from './top.controller.js';
import { Top } from './top.service.js';
import { AuthModule } from '../auth/auth.module.js';
import { BusProbe } from './liveness/bus-probe.service.js';
import { Liveness } from './liveness/liveness.service.js';
import { MissedChanges } from './liveness/missed-changes.service.js';
import { NodesController } from './nodes.controller.js';
import { NodesRepository } from './liveness/nodes.repository.js';
import { NodeSummaries } from './status/node-summaries.service.js';
import { NodeDrain } from './node-drain.service.js';
import { Nodes } from './nodes.service.js';
import { OverviewFeed } from './overview-feed.service.js';
import { OwnStatus } from './status/own-status.service.js';
import { Reaper } from './liveness/reaper.service.js';
import { NodeAbsences } from './status/node-absences.js';
import { OwnAddress } from './status/own-address.js';
import { StatsController } from './stats.controller.js';
import { TrafficRates } from './status/traffic-rates.service.js';

/** How nodes know each other: who is alive, who hears the bus, and who cleans up after the dead. */
@Module({
  imports: [AuthModule],
  controllers: [NodesController, StatsController, MetricsHistoryController, TopController],
  providers: [
    NodesRepository,
    OwnStatus,
    NodeAbsences,
    OwnAddress,
    Reaper,
    Liveness,
    BusProbe,
    MissedChanges,
    TrafficRates,
    Nodes,
    NodeDrain,
    NodeSummaries,
    MetricsRing,
    MetricsHistory,
    OverviewFeed,
    Top,
  ],
  exports: [OwnStatus],
})
export class NodesModule {}
