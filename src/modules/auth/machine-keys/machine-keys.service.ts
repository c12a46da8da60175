import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { AddressRanges } from '../../../common/http/policy/client-address.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { type PageQuery } from '../../../common/http/paging/page.dto.js';
import { sha256 } from '../../../common/security/digest.js';
import { covers } from '../../../common/security/scope.js';
import { Clock } from '../../../common/time/clock.js';
import { type MachineKey } from '../../../entities/accounts/machine-key.entity.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { RevocationList } from '../../realtime/access/revocation-list.js';
import { selector } from '../../realtime/access/revocation-selectors.js';
import { accountOf, type Actor, type MachineKeyPrincipal } from '../principals/machine-key-principal.js';
import { isWellFormed, newMachineKey } from './machine-key.js';
import { MachineKeysRepository } from './machine-keys.repository.js';
import { KeyUses } from '../api-keys/key-uses.js';

/** Throttling scope for wrong keys. */
const TRIES = 'machine-keys';

export interface MachineKeyWish {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresInSeconds?: number | undefined;
  /** Absent = from anywhere. */
  readonly allowedNetworks?: readonly string[] | undefined;
}

/** A key and its secret, which cannot be shown again. */
export interface ShownMachineKey {
  readonly made: MachineKey;
  readonly key: string;
}

/**
 * Keys with which programs call REST v1. Each request looks its key up, so that keys deleted, rotated or gone with
 * their maker stop working on all nodes at once.
 */
@Injectable()
export class MachineKeys {
  private readonly uses: KeyUses;

  constructor(
    private readonly repository: MachineKeysRepository,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly revocations: RevocationList,
    private readonly throttle: AttemptThrottle,
  ) {
    this.uses = new KeyUses(clock, new Logger(MachineKeys.name), 'a machine key');
  }

  /**
   * Identifies the caller by its key. Wrong keys are slowed down, right ones never.
   * @param address the client's
   * @param gone whether the client has given up
   * @throws AppError `unauthenticated`, `rate_limited` when too many wrong keys from the address are waiting
   */
  async identify(key: string, address: string, gone: () => boolean): Promise<MachineKeyPrincipal> {
    const found = isWellFormed(key) ? await this.repository.findValid(sha256(key), this.clock.date()) : undefined;
    if (found === undefined || this.isRevoked(found)) {
      await this.throttle.wrong({ scope: TRIES, address, gone });
      throw new AppError('unauthenticated', 'The machine key is not valid, or no longer valid.');
    }
    if (found.allowedNetworks && !new AddressRanges(found.allowedNetworks).has(address)) {
      throw new AppError('unauthenticated', 'The machine key may not be used from this address.');
    }
    this.uses.record(found, (now, since) => this.repository.markUsed(found.id, address, now, since));
    const { id, name, scopes, madeBy } = found;
    return { kind: 'machineKey', id: String(id), label: name, scopes, madeBy };
  }

  /** @throws AppError `insufficient_scope` when a key would grant more than it has, `forbidden` */
  async create(actor: Actor | null, wish: MachineKeyWish): Promise<ShownMachineKey> {
    const { name, scopes, expiresInSeconds, allowedNetworks } = wish;
    if (actor) requireScopes(actor, scopes);
    const { key, digest, prefix } = newMachineKey();
    const insert = () =>
      this.repository.insert({
        name,
        prefix,
        digest,
        scopes: [...new Set(scopes)],
        allowedNetworks: allowedNetworks ? [...allowedNetworks] : null,
        expiresAt: expiresInSeconds === undefined ? null : new Date(this.clock.now() + expiresInSeconds * 1_000),
        madeBy: actor && accountOf(actor),
      });
    const made = await this.audit.act('machine-keys.create', ['machineKey'], insert);
    if (made === undefined) throw new AppError('forbidden', 'Only machine keys of admins are valid.');
    return { made, key };
  }

  async page(query: PageQuery): Promise<Page<MachineKey>> {
    return pageById(query, (afterId, take) => this.repository.page(afterId, take));
  }

  /** @throws AppError `not_found` */
  async get(id: number): Promise<MachineKey> {
    return (await this.repository.find(id)) ?? notFound();
  }

  /**
   * Replaces the secret. The old one still works for `overlapSeconds`; any older one stops working.
   * @throws AppError `not_found`, `insufficient_scope` as for `create`
   */
  async rotate(actor: Actor, id: number, overlapSeconds = 0): Promise<ShownMachineKey> {
    requireScopes(actor, (await this.get(id)).scopes);
    const { key, digest, prefix } = newMachineKey();
    const previousUntil = overlapSeconds === 0 ? null : new Date(this.clock.now() + overlapSeconds * 1_000);
    const rotate = () => this.repository.rotate(id, { digest, prefix, previousUntil });
    return { made: (await this.audit.act('machine-keys.rotate', ['machineKey', id], rotate)) ?? notFound(), key };
  }

  /** @throws AppError `not_found` */
  async delete(id: number): Promise<void> {
    if (!(await this.audit.removeRow('machine-keys.delete', ['machineKey', id]))) notFound();
  }

  private isRevoked({ madeBy }: MachineKey): boolean {
    return madeBy !== null && this.revocations.matches([selector('user', String(madeBy))], this.clock.now());
  }
}

/** A key must not grant more than it has: otherwise the scope for making keys would include every scope. */
function requireScopes(actor: Actor, scopes: readonly string[]): void {
  if (actor.kind !== 'machineKey') return;
  const missing = scopes.find((scope) => !covers(actor.scopes, scope));
  if (missing !== undefined) throw new AppError('insufficient_scope', `This key lacks the scope ${missing} itself.`);
}

function notFound(): never {
  throw new AppError('not_found', 'There is no such machine key.');
}
