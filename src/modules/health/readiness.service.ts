import { Injectable } from '@nestjs/common';
import { DatabaseHealth } from '../database/database-health.js';
import { BusHealth } from '../realtime/ports/bus-health.js';
import { Absences } from './absences.service.js';
import { type ReadinessDto } from './dto/health.dto.js';
import { Lifecycle } from './lifecycle.js';

/** Whether this node should get traffic, and what is unavailable to it. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly database: DatabaseHealth,
    private readonly bus: BusHealth,
    private readonly absences: Absences,
  ) {}

  async read(): Promise<ReadinessDto> {
    const asked = this.lifecycle.state === 'ready' ? await this.database.state() : undefined;
    // Read only now: the shutdown signal may have come while the database was asked.
    const { state } = this.lifecycle;
    if (state !== 'ready') return { status: state, away: [], details: [] };
    const details = this.absences.list(asked?.up !== false);
    const away = details.map(({ what }) => what);
    if (this.bus.state === 'deaf') return { status: 'deaf', away, details };
    return { status: away.length > 0 ? 'degraded' : 'ok', away, details };
  }
}
