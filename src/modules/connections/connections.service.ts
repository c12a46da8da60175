import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { ClusterQuery, type NodeAnswers } from '../realtime/fan-out/cluster-query.js';
import { ConnectionDirectory, type LiveConnection } from '../realtime/fan-out/connection-directory.js';
import { type ConnectionFilter } from '../realtime/connection-filter.js';
import { type Topic, topic } from '../realtime/fan-out/topic.js';
import { parseConnectionId } from '../realtime/connection-id.js';
import { NodeIdentity } from '../realtime/node-identity.js';
import { comparePlaces, type ConnectionPlace, decodePlace, encodePlace } from './connection-place.js';
import { snapshotOf } from './connection-snapshot.js';
import { ConnectionDto, type ConnectionPage } from './dto/connection.dto.js';
import { type ConnectionQuery, type ConnectionsToClose } from './dto/connection-query.dto.js';

const LIST = topic<ListQuestion, ListAnswer>('connections.list');
const READ = topic<string, ConnectionDto | null>('connections.read');
const CLOSE = topic<{ readonly id: string; readonly by: string }, boolean>('connections.close');
const COUNT = topic<ConnectionFilter, number>('connections.count');
const CLOSE_ALL = topic<CloseQuestion, number>('connections.close-all');

/** How far the number to close may deviate from the expected one, as a fraction of it. */
const TOLERANCE = 0.02;

interface ListQuestion {
  readonly filter: ConnectionFilter;
  readonly after: ConnectionPlace | null;
  readonly take: number;
}

interface ListedConnection {
  readonly place: ConnectionPlace;
  readonly item: ConnectionDto;
}

interface ListAnswer {
  readonly total: number;
  readonly listed: readonly ListedConnection[];
}

interface CloseQuestion {
  readonly filter: ConnectionFilter;
  /** Who ordered it. */
  readonly by: string;
}

/** Shows admins who is connected, on any node, and closes connections on their behalf. */
@Injectable()
export class Connections {
  private readonly logger = new Logger(Connections.name);

  constructor(
    private readonly audit: AuditLog,
    private readonly directory: ConnectionDirectory,
    private readonly identity: NodeIdentity,
    private readonly cluster: ClusterQuery,
  ) {
    cluster.answer(LIST, (question) => this.listHere(question));
    cluster.answer(READ, (id) => this.readHere(id));
    cluster.answer(CLOSE, (question) => this.closeHere(question));
    cluster.answer(COUNT, (filter) => directory.matching(filter).length);
    cluster.answer(CLOSE_ALL, (question) => this.closeAllHere(question));
  }

  /**
   * Connections in order of arrival; those of nodes that do not answer are left out.
   * @throws AppError `broker_unavailable` when the only node asked for does not answer
   */
  async page({ limit, cursor, node, ...filter }: ConnectionQuery): Promise<ConnectionPage> {
    const after = (cursor === undefined ? undefined : decodePlace(cursor)) ?? null;
    const question: ListQuestion = { filter, after, take: limit + 1 };
    const { answers, missing } = await this.ask(LIST, question, node);
    if (node !== undefined && missing.length > 0) throw silent();
    const found = answers.flatMap(({ value }) => value.listed).sort((a, b) => comparePlaces(a.place, b.place));
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.map(({ item }) => item),
      nextCursor: found.length > limit && last !== undefined ? encodePlace(last.place) : null,
      total: answers.reduce((total, { value }) => total + value.total, 0),
      missing: [...missing],
    };
  }

  /** @throws AppError `not_found` when there is no such connection (any more); `broker_unavailable` */
  async get(id: string): Promise<ConnectionDto> {
    return (await this.askOwner(READ, id, id)) ?? unknown();
  }

  /** @throws AppError `not_found` when there is no such connection (any more); `broker_unavailable` */
  async close(id: string, by: string): Promise<void> {
    const target = { kind: 'connection', id, label: null };
    await this.audit.around({ action: 'connections.close', target }, async () => {
      if (!(await this.askOwner(CLOSE, id, { id, by }))) unknown();
    });
  }

  /**
   * Closes all matching connections, if they are about as many as expected.
   * @throws AppError `count_changed` when they are not; `broker_unavailable` when a node does not answer
   */
  async closeMatching({ expect, node, ...filter }: ConnectionsToClose, by: string): Promise<void> {
    const { answers, missing } = await this.ask(COUNT, filter, node);
    if (missing.length > 0) throw silent();
    const count = answers.reduce((total, { value }) => total + value, 0);
    if (Math.abs(count - expect) > expect * TOLERANCE) {
      throw new AppError('count_changed', `${count} connections match by now.`, { members: { count } });
    }
    // Recorded in any case: some may get closed even though a node is silent.
    const changes = { filter: { ...filter, ...(node !== undefined && { node }) }, count };
    await this.audit.note({ action: 'connections.close-matching', changes });
    const closed = await this.ask(CLOSE_ALL, { filter, by }, node);
    if (closed.missing.length > 0) throw silent();
  }

  private async ask<Q, A>(of: Topic<Q, A>, question: NoInfer<Q>, node: string | undefined): Promise<NodeAnswers<A>> {
    if (node !== undefined && !this.cluster.knows(node)) return { answers: [], missing: [] };
    const asked = await this.cluster.ask(of, question, { ...(node !== undefined && { node }) });
    if (asked.missing.length > 0) this.logger.warn({ msg: 'nodes did not answer', topic: of, missing: asked.missing });
    return asked;
  }

  /** Asks the node that a connection is on. */
  private async askOwner<Q, A>(of: Topic<Q, A>, id: string, question: NoInfer<Q>): Promise<A> {
    const { node } = parseConnectionId(id);
    if (!this.cluster.knows(node)) unknown();
    const { answers } = await this.cluster.ask(of, question, { node });
    if (answers[0] === undefined) throw silent();
    return answers[0].value;
  }

  private listHere({ filter, after, take }: ListQuestion): ListAnswer {
    const node = this.identity.name;
    const placeOf = ({ connectedAt, serial }: LiveConnection): ConnectionPlace => ({ at: connectedAt, node, serial });
    const matching = this.directory.matching(filter);
    const listed = matching
      .filter((connection) => after === null || comparePlaces(placeOf(connection), after) > 0)
      .slice(0, take)
      .map((connection) => ({ place: placeOf(connection), item: this.show(connection) }));
    return { total: matching.length, listed };
  }

  private readHere(id: string): ConnectionDto | null {
    const connection = this.directory.find(parseConnectionId(id).serial);
    return connection === undefined ? null : this.show(connection);
  }

  private closeHere({ id, by }: { id: string; by: string }): boolean {
    const connection = this.directory.find(parseConnectionId(id).serial);
    if (connection === undefined) return false;
    this.logger.log({ msg: 'connection closed by an admin', connectionId: connection.id, by });
    connection.revoke();
    return true;
  }

  private closeAllHere({ filter, by }: CloseQuestion): number {
    const matching = this.directory.matching(filter);
    if (matching.length > 0)
      this.logger.log({ msg: 'connections closed by an admin', filter, count: matching.length, by });
    for (const connection of matching) connection.revoke();
    return matching.length;
  }

  private show(connection: LiveConnection): ConnectionDto {
    return ConnectionDto.from(snapshotOf(connection, this.directory.placesOf(connection)), this.identity.name);
  }
}

function unknown(): never {
  throw new AppError('not_found', 'There is no such connection.');
}

const silent = (): AppError =>
  new AppError('broker_unavailable', 'A node does not answer right now.', { retryAfterSeconds: 1 });
