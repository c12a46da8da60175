import { Injectable } from '@nestjs/common';
import { type PlaceQuery } from '../../common/http/paging/page.dto.js';
import { pageByPlace } from '../../common/http/paging/place-cursor.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { AppError } from '../../common/errors/app-error.js';
import { NodeSummaries } from './status/node-summaries.service.js';
import { NodeDetailDto } from './dto/node-detail.dto.js';
import { NodeDto, type NodeList } from './dto/node.dto.js';
import { StatsDto } from './dto/stats.dto.js';
import { Liveness } from './liveness/liveness.service.js';
import { type ProtocolTraffic, TrafficRates } from './status/traffic-rates.service.js';
import { topic } from '../realtime/fan-out/topic.js';

const TRAFFIC = topic<null, Record<string, ProtocolTraffic>>('nodes.traffic');

/** What admins are shown of the nodes and their traffic. */
@Injectable()
export class Nodes {
  constructor(
    private readonly liveness: Liveness,
    private readonly cluster: ClusterQuery,
    private readonly summaries: NodeSummaries,
    rates: TrafficRates,
  ) {
    cluster.answer(TRAFFIC, () => rates.read());
  }

  /** In order of their start. */
  page(query: PlaceQuery): NodeList {
    const { items, nextCursor } = pageByPlace(this.liveness.nodes(), query, ({ startedAt, name }) => ({
      at: startedAt,
      id: name,
    }));
    return { items: items.map((status) => NodeDto.from(status)), nextCursor };
  }

  /** @throws AppError `not_found`; `broker_unavailable` when another node's report cannot be read */
  async get(name: string): Promise<NodeDetailDto> {
    const status = this.liveness.nodes().find((node) => node.name === name);
    if (status === undefined) throw new AppError('not_found', 'There is no such node.');
    const summary = await this.summaries.of(name);
    if (summary !== undefined) return NodeDetailDto.of(status, summary);
    throw new AppError('broker_unavailable', 'The node has not reported its status lately.', { retryAfterSeconds: 5 });
  }

  /** Sums over all nodes that answer. */
  async stats(): Promise<StatsDto> {
    const { answers, missing } = await this.cluster.ask(TRAFFIC, null);
    return StatsDto.from(
      answers.map(({ value }) => value),
      missing,
    );
  }
}
