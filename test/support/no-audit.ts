import { type AuditLog } from '../../src/modules/audit/audit-log.service.js';

/** For units whose acts are looked at, not what is written of them. */
export const NO_AUDIT = {
  act: (_action: string, _target: unknown, work: () => Promise<unknown>) => work(),
  around: (_note: unknown, work: () => Promise<unknown>) => work(),
} as unknown as AuditLog;
