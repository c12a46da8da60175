import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { type Page } from '../../common/http/paging/cursor.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { ConnectionDirectory, type ConnectionFilter } from '../realtime/fan-out/connection-directory.js';
import { parseConnectionId } from '../realtime/connection-id.js';
import { NodeIdentity } from '../realtime/node-identity.js';
import { comparePlaces, type ConnectionPlace, decodePlace, encodePlace } from './connection-place.js';
import { ConnectionDto, type ConnectionQuery } from './dto/connection.dto.js';
import { topic } from '../realtime/fan-out/topic.js';

const LIST = topic<ListQuestion, ListedConnection[]>('connections.list');
const CLOSE = topic<{ readonly id: string; readonly by: number }, boolean>('connections.close');

interface ListQuestion {
  readonly filter: ConnectionFilter;
  readonly after: ConnectionPlace | null;
  readonly take: number;
}

interface ListedConnection {
  readonly place: ConnectionPlace;
  readonly item: ConnectionDto;
}

/** Shows admins who is connected, on whichever node, and closes what they want closed. */
@Injectable()
export class Connections {
  private readonly logger = new Logger(Connections.name);

  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly identity: NodeIdentity,
    private readonly cluster: ClusterQuery,
  ) {
    cluster.answer(LIST, (question) => this.listHere(question));
    cluster.answer(CLOSE, (question) => this.closeHere(question));
  }

  /**
   * In the order they came; those of nodes that do not answer are left out.
   * @throws AppError `unavailable` when the only node asked for does not answer
   */
  async page({ limit, cursor, node, ...filter }: ConnectionQuery): Promise<Page<ConnectionDto>> {
    if (node !== undefined && !this.cluster.knows(node)) return { items: [], nextCursor: null };
    const after = (cursor === undefined ? undefined : decodePlace(cursor)) ?? null;
    const question: ListQuestion = { filter, after, take: limit + 1 };
    const { answers, missing } = await this.cluster.ask(LIST, question, {
      ...(node !== undefined && { node }),
    });
    if (answers.length === 0) throw silent();
    if (missing.length > 0) this.logger.warn({ msg: 'nodes did not list their connections', missing });
    const found = answers.flatMap(({ value }) => value).sort((a, b) => comparePlaces(a.place, b.place));
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.map(({ item }) => item),
      nextCursor: found.length > limit && last !== undefined ? encodePlace(last.place) : null,
    };
  }

  /** @throws AppError `not_found` when it is not connected, or not any more; `unavailable` when its node is silent */
  async close(id: string, by: number): Promise<void> {
    const { node } = parseConnectionId(id);
    if (!this.cluster.knows(node)) throw unknown();
    const { answers } = await this.cluster.ask(CLOSE, { id, by }, { node });
    if (answers[0] === undefined) throw silent();
    if (!answers[0].value) throw unknown();
  }

  private listHere({ filter, after, take }: ListQuestion): ListedConnection[] {
    const node = this.identity.name;
    const placeOf = ({ connectedAt, serial }: { connectedAt: number; serial: number }): ConnectionPlace => ({
      connectedAt,
      node,
      serial,
    });
    return this.directory
      .list(filter, (connection) => after === null || comparePlaces(placeOf(connection), after) > 0, take)
      .map((connection) => ({
        place: placeOf(connection),
        item: ConnectionDto.from(connection, node, this.directory.placesOf(connection)),
      }));
  }

  private closeHere({ id, by }: { id: string; by: number }): boolean {
    const connection = this.directory.find(parseConnectionId(id).serial);
    if (connection === undefined) return false;
    this.logger.log({ msg: 'connection closed by an admin', connectionId: connection.id, by });
    connection.revoke();
    return true;
  }
}

const unknown = (): AppError => new AppError('not_found', 'There is no such connection.');

const silent = (): AppError =>
  new AppError('broker_unavailable', 'The node does not answer right now.', { retryAfterSeconds: 1 });
