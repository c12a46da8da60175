import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { randomHex } from '../../../common/security/random.js';
import { Lifecycle } from '../../health/lifecycle.js';
import { OwnStatus } from '../../nodes/status/own-status.service.js';
import { Presence } from '../../realtime/ports/presence.js';
import { type NodeLoad } from '../omikron-state.js';
import { NODES } from '../omikron.channels.js';

const REFRESH_MS = 5_000;

/** The nodes that Iotas and clients can be directed to. */
@Injectable()
export class OmikronNodes implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly id = randomHex(16);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly presence: Presence,
    private readonly status: OwnStatus,
    private readonly lifecycle: Lifecycle,
  ) {
    lifecycle.onDrain((undone) => {
      undone.addEventListener('abort', () => {
        this.tell().catch(() => undefined);
      });
      return this.tell();
    });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      // While the shared state is unreachable, nobody can be told; the next round tries again.
      this.tell().catch(() => undefined);
    }, REFRESH_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.presence.leave(NODES, this.id);
  }

  /** All nodes, the least busy first. */
  async list(): Promise<NodeLoad[]> {
    await this.tell();
    const nodes = await this.presence.list(NODES);
    return nodes.map(({ data }) => data).sort((a, b) => a.load - b.load);
  }

  private async tell(): Promise<void> {
    const data: NodeLoad = {
      node: this.status.host,
      load: Math.round(this.status.load * 100),
      draining: this.lifecycle.state === 'draining',
    };
    const member = { id: this.id, data };
    if (!(await this.presence.update(NODES, member))) await this.presence.enter(NODES, member);
  }
}
