import { Injectable } from '@nestjs/common';
import { DatabaseHealth } from '../database/database-health.js';
import { type ReadinessDto } from './dto/health.dto.js';
import { Lifecycle } from './lifecycle.js';

/** Whether this node should get traffic, and what it has to do without. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly database: DatabaseHealth,
  ) {}

  async read(): Promise<ReadinessDto> {
    const asked = this.lifecycle.state === 'ready' ? await this.database.state() : undefined;
    // Read only now: the signal to go may have come while the database was asked.
    const { state } = this.lifecycle;
    if (state !== 'ready') return { status: state, away: [] };
    return asked?.up === false ? { status: 'degraded', away: ['database'] } : { status: 'ok', away: [] };
  }
}
