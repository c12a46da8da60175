import { type AuditLog } from '../../src/modules/audit/audit-log.service.js';

type Work = (was: () => void) => Promise<unknown>;

/**
 * For tests of acts, not of their entries in the audit log.
 * @param rows where acts remove rows that need nothing else
 */
export const noAudit = (rows: Pick<Map<number, unknown>, 'delete'>) =>
  ({
    act: (_action: string, _target: unknown, work: Work) => work(() => undefined),
    removeRow: (_action: string, [, id]: readonly [string, number]) => Promise.resolve(rows.delete(id)),
    around: (_note: unknown, work: Work) => work(() => undefined),
  }) as unknown as AuditLog;
