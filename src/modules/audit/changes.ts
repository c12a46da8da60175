import { type Json } from '../../common/audit/audit-record.js';
import { SECRET_MEMBERS, SILENT_MEMBERS } from './audit-targets.js';
import { type Row } from './stored-row.js';

/**
 * The values of each changed member before and after. A new row only has `after`, a removed one only `before`.
 * @param digest replaces secrets: equal ones can be recognized, but not read
 */
export function changesOf(before: Row | null, after: Row | null, digest: (secret: string) => string): Json {
  const changes: Record<string, Json> = {};
  for (const name of Object.keys({ ...before, ...after })) {
    if (SILENT_MEMBERS.has(name)) continue;
    const was = before && shown(name, before[name], digest);
    const is = after && shown(name, after[name], digest);
    if (before && after ? JSON.stringify(was) === JSON.stringify(is) : (was ?? is) === null) continue;
    changes[name] = { ...(before && { before: was }), ...(after && { after: is }) };
  }
  return Object.keys(changes).length === 0 ? null : changes;
}

function shown(name: string, value: unknown, digest: (secret: string) => string): Json {
  if (value === null || value === undefined) return null;
  // Bytes are always the digest of a credential, or encrypted.
  if (value instanceof Uint8Array) return digest(Buffer.from(value).toString('hex'));
  if (SECRET_MEMBERS.has(name)) return digest(JSON.stringify(value));
  if (value instanceof Date) return value.toISOString();
  return value as Json;
}
