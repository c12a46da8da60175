import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { type Page, keyset, toPage } from '../../common/http/cursor.js';
import { invalidInput } from '../../common/http/input.pipe.js';
import { type PageQuery } from '../../common/http/page.dto.js';
import { Clock } from '../../common/time/clock.js';
import { ClusterQuery } from '../realtime/cluster-query.js';
import { ConnectionDirectory } from '../realtime/connection-directory.js';
import { RevocationList } from '../realtime/revocation-list.js';
import { RevocationSelectors, selector, SELECTORS, type SelectorName } from '../realtime/revocation-selectors.js';
import { type CreateRevocationRequest, RevocationDto } from './dto/revocation.dto.js';
import { RevocationsRepository } from './revocations.repository.js';

/** How often every node asks the database what is revoked, in milliseconds: what the others said may have been lost. */
const REFRESH_MS = 500;
const CHANGED = 'revocations.changed';

/** Closes matching sockets and refuses them for as long as the revocation holds. */
@Injectable()
export class Revocations implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(Revocations.name);
  private timer: NodeJS.Timeout | undefined;
  private refreshing: Promise<void> | undefined;
  /** Begins when that has ended, for all who asked meanwhile: what they know of it may have missed. */
  private next: Promise<void> | undefined;

  constructor(
    private readonly repository: RevocationsRepository,
    private readonly list: RevocationList,
    private readonly directory: ConnectionDirectory,
    private readonly selectors: RevocationSelectors,
    private readonly clock: Clock,
    private readonly cluster: ClusterQuery,
  ) {
    cluster.answer(CHANGED, () => this.refresh());
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

  /** @throws AppError `invalid_input` unless the request names exactly one selector, and a time that is to come */
  async create(request: CreateRevocationRequest, createdBy: number): Promise<RevocationDto> {
    const { name, value } = theOneSelector(request);
    if (name === 'user' && value === createdBy) throw new AppError('conflict', 'You cannot revoke yourself.');
    const until = request.until === undefined ? null : new Date(request.until);
    if (until && until.getTime() <= this.clock.now()) {
      throw invalidInput([{ field: 'until', message: 'must be in the future' }]);
    }
    const subject = this.selectors.subject(name, value);
    const row = await this.repository.create({
      selector: name,
      subject,
      reason: request.reason ?? null,
      until,
      createdBy,
    });
    this.logger.log({ msg: 'revoked', revocation: row.id, selector: name, by: createdBy, until: row.until });
    this.cluster.tell(CHANGED, null);
    await this.refresh();
    return RevocationDto.from(row);
  }

  async delete(id: number, by: number): Promise<void> {
    if (!(await this.repository.delete(id))) throw new AppError('not_found', 'There is no such revocation.');
    this.logger.log({ msg: 'revocation lifted', revocation: id, by });
    this.cluster.tell(CHANGED, null);
    await this.refresh();
  }

  async page(query: PageQuery): Promise<Page<RevocationDto>> {
    const { afterId, take } = keyset(query);
    return toPage(await this.repository.page(afterId, take), query.limit, (row) => RevocationDto.from(row));
  }

  /** Brings the list in step with the database, and closes what is newly on it. One at a time, never stale. */
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
      // The database is away: what was revoked stays revoked, and readiness tells the rest.
      this.logger.debug({ msg: 'revocations could not be read', err: error });
    }
  }
}

function theOneSelector(request: CreateRevocationRequest): { name: SelectorName; value: string | number } {
  const given = SELECTORS.filter((name) => request[name] !== undefined);
  const [name] = given;
  const value = name && request[name];
  if (name === undefined || value === undefined || given.length > 1) {
    const message = `exactly one of ${SELECTORS.join(', ')} is needed`;
    throw invalidInput((given.length ? given : SELECTORS).map((field) => ({ field, message })));
  }
  return { name, value };
}
