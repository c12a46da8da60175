import { Injectable, Logger } from '@nestjs/common';
import { sign } from 'node:crypto';
import { digestOf, hmac, NO_SEAL, packEntries, PRUNE_ACTION, sealHash } from '../../common/audit/audit-record.js';
import { sha256 } from '../../common/security/digest.js';
import { Clock } from '../../common/time/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { KeyRing } from '../../config/key-ring.js';
import { type AuditEntry } from '../../entities/audit/audit-entry.entity.js';
import { AuditSeal } from '../../entities/audit/audit-seal.entity.js';
import { storeKey } from '../realtime/ports/store-key.js';
import { BackgroundSweep } from '../realtime/resilience/background-sweep.js';
import { Leases } from '../realtime/resilience/leases.service.js';
import { NodeIdentity } from '../realtime/node-identity.js';
import { AUDIT_KEY } from './audit-keys.js';
import { AuditLog } from './audit-log.service.js';
import { AuditRepository } from './audit.repository.js';
import { recordOf } from './audit-records.js';
import { readSigningKey } from '../../config/signing-key.js';

const SEALER_KEY = storeKey<string>('audit', 'sealer');
const LOOK_MS = 5_000;
/** Most entries per seal. */
const AT_ONCE = 1_000;
/** With `LOOK_MS`, seals every entry within a minute. */
const PATIENCE_MS = 50_000;
const PRUNE_MS = 3_600_000;

/** Seals entries, on one node at a time, and removes those past their retention. */
@Injectable()
export class Sealing extends BackgroundSweep {
  private readonly logger = new Logger('Audit');
  readonly #key: Buffer;
  private pruned = -Infinity;
  /** The last seal this node knows of, `<id>:<hash>`. If it is missing, the end of the log was cut off. */
  head: string | undefined;

  constructor(
    private readonly repository: AuditRepository,
    private readonly log: AuditLog,
    private readonly config: AppConfig,
    private readonly identity: NodeIdentity,
    private readonly clock: Clock,
    keys: KeyRing,
    leases: Leases,
  ) {
    super(leases, SEALER_KEY, LOOK_MS);
    this.#key = keys.derive(AUDIT_KEY);
  }

  override async onApplicationBootstrap(): Promise<void> {
    const last = await this.repository.lastSeal();
    this.head = last && headOf(last);
    await super.onApplicationBootstrap();
  }

  /** Seals all entries written so far. */
  async sealAll(): Promise<void> {
    await this.repeat(async () => (await this.sealNext())?.count === AT_ONCE);
  }

  /** Removes what is too old, and seals the entry that says so at once. @returns the last seal whose entries were removed */
  async prune(days: number): Promise<number | undefined> {
    const last = await this.log.with(
      (manager) => this.repository.prune(manager, days),
      (seal) =>
        seal === undefined
          ? undefined
          : { action: PRUNE_ACTION, target: { kind: 'seal', id: String(seal), label: null }, changes: { days } },
    );
    if (last !== undefined) await this.sealAll();
    return last;
  }

  async sweep(): Promise<void> {
    const { count, since } = await this.repository.unsealed(AT_ONCE);
    const isDue = since !== null && since.getTime() <= this.clock.now() - PATIENCE_MS;
    if (count === AT_ONCE || isDue) await this.sealAll();
    const { retentionDays } = this.config.audit;
    if (retentionDays === 0 || this.clock.now() - this.pruned < PRUNE_MS) return;
    await this.prune(retentionDays);
    this.pruned = this.clock.now();
  }

  private async sealNext(): Promise<AuditSeal | undefined> {
    const seal = await this.repository.seal(AT_ONCE, (last, entries) => this.make(last, entries));
    if (seal) {
      this.head = headOf(seal);
      // With logs stored elsewhere, this proves it when the end of the audit log is cut off.
      this.logger.log({ msg: 'audit log sealed', head: this.head });
    }
    return seal;
  }

  private make(last: AuditSeal | undefined, entries: readonly AuditEntry[]): AuditSeal | undefined {
    const lastId = last?.id ?? 0;
    if (lastId < Number.parseInt(this.head ?? '0')) this.logger.error({ msg: 'audit log seals are missing', lastId });
    const records = entries.map(recordOf);
    const [first] = records;
    const final = records.at(-1);
    if (first === undefined || final === undefined) return undefined;
    const packed = packEntries(records.map((record) => ({ id: record.id, digest: digestOf(record) })));
    const content = {
      id: lastId + 1,
      fromId: first.id,
      toId: final.id,
      count: records.length,
      sealedAt: this.clock.date().toISOString(),
      node: this.identity.name,
      entries: packed.toString('base64'),
      entriesDigest: sha256(packed).toString('hex'),
      previous: last?.hash.toString('hex') ?? NO_SEAL,
    };
    const hash = sealHash(content);
    const signingKey = readSigningKey(this.config.audit.signingKeyFile);
    return Object.assign(new AuditSeal(), {
      ...content,
      sealedAt: new Date(content.sealedAt),
      entries: packed,
      entriesDigest: Buffer.from(content.entriesDigest, 'hex'),
      previous: Buffer.from(content.previous, 'hex'),
      hash: Buffer.from(hash, 'hex'),
      mac: Buffer.from(hmac(this.#key, hash), 'hex'),
      signature: signingKey ? sign(null, Buffer.from(hash, 'hex'), signingKey) : null,
      prunedAt: null,
    } satisfies AuditSeal);
  }
}

const headOf = ({ id, hash }: AuditSeal): string => `${id}:${hash.toString('hex')}`;
