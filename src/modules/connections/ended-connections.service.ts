import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { ConnectionDirectory } from '../realtime/fan-out/connection-directory.js';
import { type ConnectionFilter, matcherOf } from '../realtime/connection-filter.js';
import { topic } from '../realtime/fan-out/topic.js';
import { NodeIdentity } from '../realtime/node-identity.js';
import { comparePlaces, type ConnectionPlace, decodePlace, encodePlace } from './connection-place.js';
import { type EndedConnection, snapshotOf } from './connection-snapshot.js';
import { type EndedConnectionQuery } from './dto/connection-query.dto.js';
import { EndedConnectionDto, type EndedConnectionPage } from './dto/ended-connection.dto.js';

const LIST = topic<EndedQuestion, ListedEnd[]>('connections.ended');
/** How many a node remembers. */
const KEPT = 1_000;

interface EndedQuestion {
  readonly filter: ConnectionFilter;
  readonly code: number | null;
  /** The page continues with what ended before this. */
  readonly before: ConnectionPlace | null;
  readonly take: number;
}

interface ListedEnd {
  readonly place: ConnectionPlace;
  readonly ended: EndedConnection;
}

/** The connections of this node that ended last, for people who want to know why. */
@Injectable()
export class EndedConnections {
  /** In no order once it is full: each takes the place of the oldest. */
  private readonly ring: EndedConnection[] = [];
  private next = 0;

  constructor(
    directory: ConnectionDirectory,
    private readonly identity: NodeIdentity,
    private readonly cluster: ClusterQuery,
    clock: Clock,
  ) {
    directory.onEnd((connection, end) => {
      const places = directory.placesOf(connection);
      // Spreading so many members would take fifteen times as long.
      this.ring[this.next] = Object.assign(snapshotOf(connection, places), end, { endedAt: clock.now() });
      this.next = (this.next + 1) % KEPT;
    });
    cluster.answer(LIST, (question) => this.listHere(question));
  }

  /** Latest first; those of nodes that do not answer are left out. */
  async page({ limit, cursor, node, code, ...filter }: EndedConnectionQuery): Promise<EndedConnectionPage> {
    if (node !== undefined && !this.cluster.knows(node)) return { items: [], nextCursor: null, missing: [] };
    const before = (cursor === undefined ? undefined : decodePlace(cursor)) ?? null;
    const question: EndedQuestion = { filter, code: code ?? null, before, take: limit + 1 };
    const asked = await this.cluster.ask(LIST, question, { ...(node !== undefined && { node }) });
    const found = asked.answers.flatMap(({ value }) => value).sort((a, b) => comparePlaces(b.place, a.place));
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.map(({ place, ended }) => EndedConnectionDto.of(ended, place.node)),
      nextCursor: found.length > limit && last !== undefined ? encodePlace(last.place) : null,
      missing: [...asked.missing],
    };
  }

  find(serial: number): EndedConnection | undefined {
    return this.ring.find((ended) => ended.serial === serial);
  }

  private listHere({ filter, code, before, take }: EndedQuestion): ListedEnd[] {
    const node = this.identity.name;
    const isWanted = matcherOf<EndedConnection>(filter, ({ places }) => places);
    return this.ring
      .filter((ended) => (code === null || ended.code === code) && isWanted(ended))
      .map((ended) => ({ place: { at: ended.endedAt, node, serial: ended.serial }, ended }))
      .filter(({ place }) => before === null || comparePlaces(place, before) < 0)
      .sort((a, b) => comparePlaces(b.place, a.place))
      .slice(0, take);
  }
}
