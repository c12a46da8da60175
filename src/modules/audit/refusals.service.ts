import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { type AuditParty } from '../../common/audit/audit-record.js';
import { currentRequest, type RequestContext } from '../../common/context/request-context.js';
import { addressKey } from '../../common/http/policy/client-address.js';
import { reportFailure } from '../../common/outages/outages.js';
import { AuditLog, type AuditNote } from './audit-log.service.js';

const WINDOW_MS = 60_000;
/** Distinct refusals that a node keeps apart per minute; the rest are counted together. */
const MOST = 200;
const MOST_TARGETS = 10;

export type Refusal = Pick<AuditNote, 'action' | 'target'> & {
  readonly outcome: 'failure' | 'refused';
  /** Why, if an action has several reasons. From a closed list, since each reason is counted separately. */
  readonly reason?: string;
};

interface Repeated {
  readonly note: AuditNote;
  readonly reason: string | undefined;
  /** Not counting the first, which already has an entry. */
  repeats: number;
  /** The first few targets. Accounts are listed by id; an email without an account is left out. */
  readonly targets: Set<string>;
}

/**
 * Failed and refused attempts. The first of an address, caller and action is recorded at once; one further entry says how
 * many more followed within the minute. So a flood of refusals makes few entries.
 */
@Injectable()
export class Refusals implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Refusals.name);
  private window = new Map<string, Repeated>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly log: AuditLog) {}

  /**
   * Never throws, and writes in the background.
   * @param request the refused one, if the code no longer runs in its context
   */
  count({ action, target, outcome, reason }: Refusal, request: RequestContext | undefined = currentRequest()): void {
    const { address = '', userAgent = null, requestId = '', principal } = request ?? {};
    const actor: AuditParty = principal ?? { kind: 'anonymous', id: null, label: null };
    const key = [action, outcome, reason, addressKey(address), actor.kind, actor.id].join(' ');
    const known = this.window.get(key) ?? (this.window.size < MOST ? undefined : this.others(action, outcome));
    if (known) {
      known.repeats++;
      const name = nameOf(target);
      if (name && known.targets.size < MOST_TARGETS) known.targets.add(name);
      return;
    }
    const note: AuditNote = { action, outcome, actor, request: { address, userAgent, requestId } };
    this.window.set(key, { note, reason, repeats: 0, targets: new Set() });
    this.timer ??= setTimeout(() => {
      this.endWindow();
    }, WINDOW_MS).unref();
    this.write({ ...note, ...(target && { target }), ...changesOf(reason) });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.endWindow();
    await this.writing;
  }

  /** Counts everything beyond the limit. */
  private others(action: string, outcome: Refusal['outcome']): Repeated {
    const key = `${action} ${outcome}`;
    const known = this.window.get(key) ?? this.window.get('');
    if (known) return known;
    // Actions are few, unless somebody tries very many of them: then one entry stands for all.
    const isMany = this.window.size >= 2 * MOST;
    const actor: AuditParty = { kind: 'several', id: null, label: null };
    const nowhere = { address: '', userAgent: null, requestId: '' };
    const several = {
      reason: undefined,
      note: { action: isMany ? 'several' : action, outcome, actor, request: nowhere },
      repeats: 0,
      targets: new Set<string>(),
    };
    this.window.set(isMany ? '' : key, several);
    return several;
  }

  private endWindow(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const ended = this.window;
    this.window = new Map();
    for (const { note, reason, repeats, targets } of ended.values()) {
      if (repeats > 0) this.write({ ...note, count: repeats, ...changesOf(reason, { targets: [...targets] }) });
    }
  }

  /** One at a time: a flood must not take up all database connections. */
  private write(note: AuditNote): void {
    this.writing = this.writing
      .then(() => this.log.note(note))
      .catch((error: unknown) => {
        reportFailure(this.logger, 'a refusal could not be written to the audit log', error);
      });
  }
}

const nameOf = (target: Refusal['target']): string | null | undefined =>
  target?.kind === 'account' ? target.id : target?.label;

function changesOf(reason: string | undefined, more?: { targets: string[] }): Pick<AuditNote, 'changes'> {
  const why = reason === undefined ? undefined : { reason };
  return why || more ? { changes: { ...why, ...more } } : {};
}
