import { Injectable } from '@nestjs/common';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { Deliveries } from '../realtime/fan-out/deliveries.service.js';
import { topic } from '../realtime/fan-out/topic.js';
import { type TopDto, type TopItemDto, type TopKind, type TopQuery } from './dto/top.dto.js';

const TOP = topic<TopKind, TopAnswer>('nodes.top');
/** How many are shown. */
const SHOWN = 10;
/** How many each node reports: the overall first may rank lower on each node. */
const TOLD = 100;
/** Milliseconds that an answer is reused for all callers; computing it looks at all channels. */
const KEPT_MS = 5_000;

interface TopAnswer {
  readonly seconds: number;
  readonly top: readonly (readonly [id: number, deliveries: number])[];
}

/** What is busiest across all nodes that answer. */
@Injectable()
export class Top {
  private readonly made = new Map<TopKind, { readonly at: number; readonly answer: TopAnswer }>();

  constructor(
    private readonly cluster: ClusterQuery,
    private readonly deliveries: Deliveries,
  ) {
    cluster.answer(TOP, (kind) => this.here(kind));
  }

  async read({ kind, by }: TopQuery): Promise<TopDto> {
    const { answers, missing } = await this.cluster.ask(TOP, kind);
    const sums = new Map<number, { deliveries: number; perSecond: number }>();
    for (const { value } of answers) {
      for (const [id, count] of value.top) {
        const before = sums.get(id) ?? { deliveries: 0, perSecond: 0 };
        sums.set(id, {
          deliveries: before.deliveries + count,
          perSecond: before.perSecond + count / value.seconds,
        });
      }
    }
    const first = [...sums].sort((a, b) => b[1].deliveries - a[1].deliveries).slice(0, SHOWN);
    const subjects = await this.deliveries.describe(
      kind,
      first.map(([id]) => id),
    );
    return {
      kind,
      by,
      windowSeconds: Math.max(1, ...answers.map(({ value }) => value.seconds)),
      nodes: answers.length,
      missing: [...missing],
      items: first.flatMap(([id, { deliveries, perSecond }]): TopItemDto[] => {
        const subject = subjects.get(id);
        if (subject === undefined) return [];
        const { label, applicationId = null } = subject;
        return [{ id, label, applicationId, deliveries, perSecond: Math.round(perSecond * 100) / 100 }];
      }),
    };
  }

  private here(kind: TopKind): TopAnswer {
    const now = performance.now();
    const made = this.made.get(kind);
    if (made !== undefined && now - made.at < KEPT_MS) return made.answer;
    const answer = { seconds: this.deliveries.seconds, top: this.deliveries.top(kind, TOLD) };
    this.made.set(kind, { at: now, answer });
    return answer;
  }
}
