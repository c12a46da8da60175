import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { type Page, keyset, toPage } from '../../common/http/paging/cursor.js';
import { invalidInput } from '../../common/http/input/input.pipe.js';
import { type PageQuery } from '../../common/http/paging/page.dto.js';
import { Clock } from '../../common/time/clock.js';
import { accountOf, type Actor, nameOf } from '../auth/principals/machine-key-principal.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { parseConnectionId } from '../realtime/connection-id.js';
import { ConnectionDirectory } from '../realtime/fan-out/connection-directory.js';
import { RevocationList } from '../realtime/access/revocation-list.js';
import {
  parseSelector,
  RevocationSelectors,
  selector,
  SELECTORS,
  type Subject,
} from '../realtime/access/revocation-selectors.js';
import { type CreateRevocationRequest, RevocationDto } from './dto/revocation.dto.js';
import { RevocationsRepository } from './revocations.repository.js';
import { topic } from '../realtime/fan-out/topic.js';

/** Milliseconds between reads of the revocations on each node, since messages from other nodes may be lost. */
const REFRESH_MS = 500;
const CHANGED = topic<null, unknown>('revocations.changed');
/** Milliseconds to wait for nodes that do not answer. */
const PATIENCE_MS = 1_000;
const CREDENTIAL = topic<string, Subject | undefined>('revocations.credential');

/** What a request may name: a subject, or a connection to mean the credential it presented. */
const REQUEST_SELECTORS = [...SELECTORS, 'connection'] as const;
type RequestSelector = (typeof REQUEST_SELECTORS)[number];

/** Closes matching sockets, and has them refused as long as the revocation is in force. */
@Injectable()
export class Revocations implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(Revocations.name);
  private timer: NodeJS.Timeout | undefined;
  private refreshing: Promise<void> | undefined;
  /** The read after the current one, shared by all who ask meanwhile: the current one may miss what they know of. */
  private next: Promise<void> | undefined;

  constructor(
    private readonly repository: RevocationsRepository,
    private readonly audit: AuditLog,
    private readonly list: RevocationList,
    private readonly directory: ConnectionDirectory,
    private readonly selectors: RevocationSelectors,
    private readonly clock: Clock,
    private readonly cluster: ClusterQuery,
  ) {
    cluster.answer(CHANGED, () => this.refresh());
    cluster.answer(CREDENTIAL, (connection) => this.credentialHere(connection));
  }

  async onModuleInit(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => {
      if (this.refreshing === undefined) void this.refresh();
    }, REFRESH_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /**
   * @throws AppError `invalid_input` unless the request names exactly one selector and `until`, if given, is in the
   * future; `unknown_subject`; `conflict` when admins would revoke themselves
   */
  async create(request: CreateRevocationRequest, actor: Actor): Promise<RevocationDto> {
    const createdBy = accountOf(actor);
    const { name, subject } = await this.subjectOf(request);
    if (name === 'user' && subject === String(createdBy)) throw new AppError('conflict', 'You cannot revoke yourself.');
    const until = request.until === undefined ? null : new Date(request.until);
    if (until && until.getTime() <= this.clock.now()) {
      throw invalidInput([{ field: 'until', message: 'must be in the future' }]);
    }
    const revocation = { selector: name, subject, reason: request.reason ?? null, until, createdBy };
    const row = await this.audit.makeRow('revocations.create', 'revocation', revocation);
    this.logger.log({ msg: 'revoked', revocation: row.id, selector: name, by: nameOf(actor), until: row.until });
    await this.refreshEverywhere();
    return RevocationDto.from(row);
  }

  /** @throws AppError `not_found` */
  async get(id: number): Promise<RevocationDto> {
    return RevocationDto.from((await this.repository.find(id)) ?? notFound());
  }

  /** @throws AppError `not_found` */
  async delete(id: number, actor: Actor): Promise<void> {
    if (!(await this.audit.removeRow('revocations.delete', ['revocation', id]))) notFound();
    this.logger.log({ msg: 'revocation lifted', revocation: id, by: nameOf(actor) });
    await this.refreshEverywhere();
  }

  async page(query: PageQuery): Promise<Page<RevocationDto>> {
    const { afterId, take } = keyset(query);
    return toPage(await this.repository.page(afterId, take), query.limit, (row) => RevocationDto.from(row));
  }

  private async subjectOf(request: CreateRevocationRequest): Promise<Subject> {
    const { name, value } = theOneSelector(request);
    if (name === 'connection') return (await this.credentialOf(String(value))) ?? unknownSubject(name);
    if (!(await this.selectors.exists(name, value))) unknownSubject(name);
    return { name, subject: this.selectors.subject(name, value) };
  }

  /** The credential of a connection; `undefined` when there is no such connection, or it needed none. */
  private async credentialOf(connection: string): Promise<Subject | undefined> {
    const { node } = parseConnectionId(connection);
    if (!this.cluster.knows(node)) return undefined;
    const { answers } = await this.cluster.ask(CREDENTIAL, connection, { node });
    if (answers[0] === undefined) {
      throw new AppError('broker_unavailable', 'The node does not answer right now.', { retryAfterSeconds: 1 });
    }
    return answers[0].value;
  }

  private credentialHere(connection: string): Subject | undefined {
    const [credential] = this.directory.find(parseConnectionId(connection).serial)?.principal?.selectors ?? [];
    return credential === undefined ? undefined : parseSelector(credential);
  }

  /** When it resolves, the change is in force on every node that answered; the others follow on their own. */
  private async refreshEverywhere(): Promise<void> {
    await this.cluster.ask(CHANGED, null, { timeoutMs: PATIENCE_MS });
  }

  /**
   * Brings the list in line with the database, and closes connections newly on it. Runs one at a time, never on stale
   * data.
   */
  private refresh(): Promise<void> {
    if (this.refreshing !== undefined) return (this.next ??= this.refreshing.then(() => this.refresh()));
    this.next = undefined;
    this.refreshing = this.load().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async load(): Promise<void> {
    try {
      const rows = await this.repository.active(this.clock.date());
      const before = new Set(this.list.active(this.clock.now()));
      const entries = new Map<string, number>();
      for (const row of rows) {
        const key = selector(row.selector, row.subject);
        entries.set(key, Math.max(entries.get(key) ?? 0, row.until?.getTime() ?? Infinity));
      }
      this.list.replace(entries);
      const added = new Set([...entries.keys()].filter((key) => !before.has(key)));
      if (added.size > 0) this.directory.revoke(added);
    } catch (error) {
      // The database is unreachable: what was revoked stays revoked, and readiness reports the fault.
      this.logger.debug({ msg: 'revocations could not be read', err: error });
    }
  }
}

function theOneSelector(request: CreateRevocationRequest): { name: RequestSelector; value: string | number } {
  const given = REQUEST_SELECTORS.filter((name) => request[name] !== undefined);
  const [name] = given;
  const value = name && request[name];
  if (name === undefined || value === undefined || given.length > 1) {
    const message = `exactly one of ${REQUEST_SELECTORS.join(', ')} is needed`;
    throw invalidInput((given.length ? given : REQUEST_SELECTORS).map((field) => ({ field, message })));
  }
  return { name, value };
}

function notFound(): never {
  throw new AppError('not_found', 'There is no such revocation.');
}

function unknownSubject(field: RequestSelector): never {
  const detail =
    field === 'connection' ? 'There is no such connection, or it needed no credential.' : `There is no such ${field}.`;
  throw new AppError('unknown_subject', detail, { errors: [{ field, message: 'is unknown' }] });
}
