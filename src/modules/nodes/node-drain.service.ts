import { Injectable, Logger } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { AppError } from '../../common/errors/app-error.js';
import { Lifecycle } from '../health/lifecycle.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { topic } from '../realtime/fan-out/topic.js';
import { Liveness } from './liveness/liveness.service.js';

const DRAIN = topic<DrainOrder, boolean>('nodes.drain');

interface DrainOrder {
  /** Whether the node is taken out, or back. */
  readonly out: boolean;
  /** Who wants it. */
  readonly by: string;
}

/** Takes a node out of service, whichever it is, and back. It runs on meanwhile, and forgets it when it is restarted. */
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
   * Returns as soon as the node takes no new connections, or takes some again.
   * @throws AppError `not_found`; `broker_unavailable` when the node does not answer; `conflict` when it is stopping
   */
  async order(node: string, order: DrainOrder): Promise<void> {
    if (!this.cluster.knows(node)) throw new AppError('not_found', 'There is no such node.');
    const target = { kind: 'node', id: node, label: node };
    await this.audit.around({ action: order.out ? 'nodes.drain' : 'nodes.undrain', target }, () =>
      this.send(node, order),
    );
    // So that who lists the nodes next sees it.
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
