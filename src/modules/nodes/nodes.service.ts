import { Injectable } from '@nestjs/common';
import { type PlaceQuery } from '../../common/http/paging/page.dto.js';
import { pageByPlace } from '../../common/http/paging/place-cursor.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { NodeDto, type NodeList } from './dto/node.dto.js';
import { StatsDto } from './dto/stats.dto.js';
import { Liveness } from './liveness/liveness.service.js';
import { type ProtocolTraffic, TrafficRates } from './status/traffic-rates.service.js';
import { topic } from '../realtime/fan-out/topic.js';

const TRAFFIC = topic<null, Record<string, ProtocolTraffic>>('nodes.traffic');

/** What admins are shown of the nodes and of their traffic. */
@Injectable()
export class Nodes {
  constructor(
    private readonly liveness: Liveness,
    private readonly cluster: ClusterQuery,
    rates: TrafficRates,
  ) {
    cluster.answer(TRAFFIC, () => rates.read());
  }

  /** In the order they started. */
  page(query: PlaceQuery): NodeList {
    const { items, nextCursor } = pageByPlace(this.liveness.nodes(), query, ({ startedAt, name }) => ({
      at: startedAt,
      id: name,
    }));
    return { items: items.map((status) => NodeDto.from(status)), nextCursor };
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
