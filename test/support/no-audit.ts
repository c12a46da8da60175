import { type AuditLog } from '../../src/modules/audit/audit-log.service.js';

type Work = (was: () => void) => Promise<unknown>;

/** What acts that need nothing else make and remove. */
interface Table {
  readonly rows: Pick<Map<number, unknown>, 'delete'>;
  make(values: object): unknown;
}

/** For tests of acts, not of their entries in the audit log. */
export const noAudit = (table: Table) =>
  ({
    act: (_action: string, _target: unknown, work: Work) => work(() => undefined),
    makeRow: (_action: string, _kind: string, values: object) => Promise.resolve(table.make(values)),
    removeRow: (_action: string, [, id]: readonly [string, number]) => Promise.resolve(table.rows.delete(id)),
    around: (_note: unknown, work: Work) => work(() => undefined),
  }) as unknown as AuditLog;
