import { type AuditRecord, type AuditSealRecord, type Json } from '../../common/audit/audit-record.js';
import { type AuditEntry } from '../../entities/audit/audit-entry.entity.js';
import { type AuditSeal } from '../../entities/audit/audit-seal.entity.js';

/** A row in the form that is digested and exported. */
export function recordOf(entry: AuditEntry): AuditRecord {
  const { targetKind, targetId, targetLabel } = entry;
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    actor: { kind: entry.actorKind, id: entry.actorId, label: entry.actorLabel },
    action: entry.action,
    target: targetKind === null ? null : { kind: targetKind, id: targetId, label: targetLabel },
    address: entry.address,
    userAgent: entry.userAgent,
    node: entry.node,
    requestId: entry.requestId,
    outcome: entry.outcome,
    count: entry.count,
    changes: jsonOf(entry.changes),
    mac: entry.mac.toString('hex'),
  };
}

export function sealRecordOf(seal: AuditSeal): AuditSealRecord {
  return {
    id: seal.id,
    fromId: seal.fromId,
    toId: seal.toId,
    count: seal.count,
    sealedAt: seal.sealedAt.toISOString(),
    node: seal.node,
    entries: seal.entries.toString('base64'),
    entriesDigest: seal.entriesDigest.toString('hex'),
    previous: seal.previous.toString('hex'),
    hash: seal.hash.toString('hex'),
    mac: seal.mac.toString('hex'),
    signature: seal.signature?.toString('base64') ?? null,
    prunedAt: seal.prunedAt?.toISOString() ?? null,
  };
}

/** Text that was tampered with need not be JSON. */
function jsonOf(text: string | null): Json {
  try {
    return text === null ? null : (JSON.parse(text) as Json);
  } catch {
    return text;
  }
}
