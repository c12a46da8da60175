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
    if (this.lifecycle.state !== 'ready') return { status: this.lifecycle.state, away: [] };
    const { up } = await this.database.state();
    // The signal to go may have come while the database was asked.
    if (this.lifecycle.state !== 'ready') return { status: this.lifecycle.state, away: [] };
    return up ? { status: 'ok', away: [] } : { status: 'degraded', away: ['database'] };
  }
}
