import { Feeds } from '../../src/modules/console/feeds.service.js';
import { MetricsRing, STEP_SECONDS } from '../../src/modules/nodes/status/metrics-ring.service.js';
import { type RunningApp } from './app.js';
import { ManualTime } from './manual-time.js';

export const STEP_MS = STEP_SECONDS * 1_000;
/** In real servers, once a second. */
const LOOK_MS = 20;
/** Longer than it takes for all nodes to be known to have a sample. */
const AFTER_MS = 600;

/** Controls the time of console feeds: they are refreshed continually, and sample steps end on command. */
export class FeedTime {
  private readonly time: ManualTime;
  private readonly looking: NodeJS.Timeout;

  constructor(private readonly app: RunningApp) {
    this.time = ManualTime.of(app);
    this.looking = setInterval(() => {
      for (const node of app.nodes) node.get(Feeds).tick();
    }, LOOK_MS);
  }

  /** Ends a step: all nodes take their sample, and are known to have it. */
  step(): void {
    const now = Date.now() + this.time.now();
    this.time.sleeps(STEP_MS - (now % STEP_MS) + AFTER_MS);
    for (const node of this.app.nodes) node.get(MetricsRing).sample();
  }

  stop(): void {
    clearInterval(this.looking);
  }
}
