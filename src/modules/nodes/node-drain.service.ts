import { Injectable, Logger } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { AppError } from '../../common/errors/app-error.js';
import { Lifecycle } from '../health/lifecycle.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { topic } from '../realtime/fan-out/topic.js';
import { Liveness } from './liveness/liveness.service.js';

const DRAIN = topic<DrainOrder, boolean>('nodes.drain');

interface DrainOrder {
  /** Whether to take the node out of service, or back in. */
  readonly out: boolean;
  /** Who ordered it. */
  readonly by: string;
}

/** Takes any node out of service, and back in. The process keeps running; a restart ends the drain. */
@Injectable()
export class NodeDrain {
  private readonly logger = new Logger(NodeDrain.name);

  constructor(
    private readonly cluster: ClusterQuery,
    private readonly liveness: Liveness,
    private readonly lifecycle: Lifecycle,
    private readonly audit: AuditLog,
  ) {
    cluster.answer(DRAIN, (order) => this.obey(order));
  }

  /**
   * Resolves once the node accepts no new connections, or accepts them again.
   * @throws AppError `not_found`; `broker_unavailable` when the node does not answer; `conflict` when it is stopping
   */
  async order(node: string, order: DrainOrder): Promise<void> {
    if (!this.cluster.knows(node)) throw new AppError('not_found', 'There is no such node.');
    const target = { kind: 'node', id: node, label: node };
    await this.audit.around({ action: order.out ? 'nodes.drain' : 'nodes.undrain', target }, () =>
      this.send(node, order),
    );
    // So that the next list of nodes shows the change.
    await this.liveness.beatNow();
  }

  private async send(node: string, order: DrainOrder): Promise<void> {
    const { answers } = await this.cluster.ask(DRAIN, order, { node });
    if (answers[0] === undefined) {
      throw new AppError('broker_unavailable', 'The node does not answer right now; nothing may have changed.', {
        retryAfterSeconds: 1,
      });
    }
    if (!answers[0].value) throw new AppError('conflict', 'The node is stopping; it cannot be taken back.');
  }

  private obey({ out, by }: DrainOrder): boolean {
    this.logger.log({ msg: out ? 'taken out by an admin' : 'taken back by an admin', by });
    if (out) this.lifecycle.takeOut();
    const done = out || this.lifecycle.takeBack();
    void this.liveness.beatNow();
    return done;
  }
}
