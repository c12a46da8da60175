import { type Json } from '../../common/audit/audit-record.js';
import { SECRET_MEMBERS, SILENT_MEMBERS } from './audit-targets.js';
import { type Row } from './stored-row.js';

/** Beyond this many characters of JSON an entry says no more than that. */
const MAX_CHANGES = 16_384;

/**
 * What became of a row: before and after of each member that changed; of one that was made only after, of one that went
 * only before.
 * @param digest of secrets: that two are the same can be seen, what they are cannot
 */
export function changesOf(before: Row | null, after: Row | null, digest: (secret: string) => string): Json {
  const changes: Record<string, Json> = {};
  for (const name of Object.keys({ ...before, ...after })) {
    if (SILENT_MEMBERS.has(name)) continue;
    const was = before && shown(name, before[name], digest);
    const is = after && shown(name, after[name], digest);
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    changes[name] = { ...(before && { before: was }), ...(after && { after: is }) };
  }
  if (Object.keys(changes).length === 0) return null;
  return bounded(changes);
}

export function bounded(changes: Json): Json {
  return JSON.stringify(changes).length > MAX_CHANGES ? { truncated: true } : changes;
}

function shown(name: string, value: unknown, digest: (secret: string) => string): Json {
  if (value === null || value === undefined) return null;
  // Whatever is stored in bytes is a digest of a credential, or sealed.
  if (value instanceof Uint8Array) return digest(Buffer.from(value).toString('hex'));
  if (SECRET_MEMBERS.has(name)) return digest(JSON.stringify(value));
  if (value instanceof Date) return value.toISOString();
  return value as Json;
}
