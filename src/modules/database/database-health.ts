import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { OUTAGES } from '../../common/outages/outages.js';
import { MonotonicClock } from '../../common/time/monotonic-clock.js';

const FRESH_MS = 1_000;
const TIMEOUT_MS = 1_500;

export interface DatabaseState {
  readonly up: boolean;
  /** Milliseconds of one round trip, or of the failed attempt. */
  readonly latency: number;
}

/**
 * Whether the database answers. Checks over a connection of its own, so that a busy pool is not mistaken for a dead
 * database. Checks run one at a time and their result counts for a second, so the cost does not depend on the number of
 * probes.
 */
@Injectable()
export class DatabaseHealth implements OnApplicationShutdown {
  readonly #pool: pg.Pool;
  #asked = -Infinity;
  #answer: Promise<DatabaseState> | undefined;

  constructor(
    @Inject(DataSource) dataSource: DataSource,
    @Inject(MonotonicClock) private readonly clock: MonotonicClock,
  ) {
    this.#pool = new pg.Pool({
      connectionString: (dataSource.options as { url: string }).url,
      application_name: 'switchboard health',
      max: 1,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      allowExitOnIdle: true,
    });
    // An idle connection that breaks is not an error; the next check finds out.
    this.#pool.on('error', () => undefined);
  }

  /** Never throws. */
  async state(): Promise<DatabaseState> {
    if (this.#answer === undefined || this.clock.elapsed() - this.#asked >= FRESH_MS) {
      this.#asked = this.clock.elapsed();
      this.#answer = this.#ask();
    }
    return this.#answer;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pool.end();
  }

  async #ask(): Promise<DatabaseState> {
    const start = performance.now();
    const up = await this.#pool.query('SELECT 1').then(
      () => true,
      (error: unknown) => {
        OUTAGES.database.failed(error, 0);
        return false;
      },
    );
    return { up, latency: performance.now() - start };
  }
}
