export class LivenessDto {
  /** The process answers. */
  status!: 'ok';
}

export class ReadinessDto {
  /**
   * `ok`; `degraded` while something all nodes share is away, which this node does not mend by being restarted:
   * relays go on; `starting` and `draining` mean that other nodes should get the traffic.
   */
  status!: 'ok' | 'degraded' | 'starting' | 'draining';

  /** What is away, e.g. `database`; empty unless degraded. */
  away!: string[];
}
