import { createHmac, hash } from 'node:crypto';

export const AUDIT_OUTCOMES = ['success', 'failure', 'refused'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** Who did something, or what it was done to. */
export interface AuditParty {
  readonly kind: string;
  readonly id: string | null;
  /** What people know it by. */
  readonly label: string | null;
}

/** An entry's content. Texts are bounded, and hold nothing that PostgreSQL cannot store. */
export interface AuditContent {
  /** RFC 3339 in UTC, with milliseconds. */
  readonly at: string;
  readonly actor: AuditParty;
  readonly action: string;
  readonly target: AuditParty | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  /** The node it was done on. */
  readonly node: string;
  readonly requestId: string | null;
  readonly outcome: AuditOutcome;
  /** How often: repetitions from one address are one entry. */
  readonly count: number;
  readonly changes: Json;
}

/** An entry as it is exported. */
export interface AuditRecord extends AuditContent {
  readonly id: number;
  /** HMAC-SHA256 of the content, in hexadecimal: nobody without the server's key can write an entry. */
  readonly mac: string;
}

/** A seal over the entries since the previous one, as it is exported. Digests are hexadecimal. */
export interface AuditSealRecord {
  /** From 1, without gaps. */
  readonly id: number;
  readonly fromId: number;
  readonly toId: number;
  readonly count: number;
  readonly sealedAt: string;
  readonly node: string;
  /** Id and SHA-256 of each entry, packed by `packEntries`, in base64; empty once they have been removed. */
  readonly entries: string;
  /** SHA-256 of `entries`. */
  readonly entriesDigest: string;
  /** Hash of the previous seal; 64 zeros for the first. */
  readonly previous: string;
  /** SHA-256 of all of the above. */
  readonly hash: string;
  /** HMAC-SHA256 of the hash. */
  readonly mac: string;
  /** Ed25519 signature of the hash, in base64; `null` when no key was configured. */
  readonly signature: string | null;
  /** When retention removed its entries. */
  readonly prunedAt: string | null;
}

export const NO_SEAL = '0'.repeat(64);
export const PRUNE_ACTION = 'audit.prune';

/** JSON with sorted members, so that equal values are always the same text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = value as { readonly [member: string]: Json };
  let text = '';
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member !== undefined) text += `${text && ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

const partyOf = (party: AuditParty | null): Json => party && [party.kind, party.id, party.label];

/** Canonical JSON, though most of it has no members to sort. */
function textOf(content: AuditContent, changed = canonicalJson(content.changes)): string {
  const { at, actor, action, target, address, userAgent, node, requestId, outcome, count } = content;
  const values = [at, partyOf(actor), action, partyOf(target), address, userAgent, node, requestId, outcome, count];
  return `${JSON.stringify(values).slice(0, -1)},${changed}]`;
}

export const hmac = (key: Uint8Array, text: string): string => createHmac('sha256', key).update(text).digest('hex');

/** @param changed the changes as canonical JSON, if they are known */
export const macOf = (content: AuditContent, key: Uint8Array, changed?: string): string =>
  hmac(key, textOf(content, changed));

/** The digest of an entry that its seal holds. */
export const digestOf = (entry: AuditRecord): string =>
  hash('sha256', canonicalJson([entry.id, entry.mac, textOf(entry)]), 'hex');

export const sealHash = (seal: Omit<AuditSealRecord, 'hash' | 'mac' | 'signature' | 'prunedAt'>): string => {
  const { id, fromId, toId, count, sealedAt, node, entriesDigest, previous } = seal;
  return hash('sha256', canonicalJson([id, fromId, toId, count, sealedAt, node, entriesDigest, previous]), 'hex');
};

export interface SealedEntry {
  readonly id: number;
  readonly digest: string;
}

const ID_BYTES = 8;
const PACKED_BYTES = ID_BYTES + 32;

/** The id (8 bytes, big-endian) and digest of each entry. */
export function packEntries(entries: readonly SealedEntry[]): Buffer {
  const packed = Buffer.alloc(entries.length * PACKED_BYTES);
  for (const [i, { id, digest }] of entries.entries()) {
    packed.writeBigUInt64BE(BigInt(id), i * PACKED_BYTES);
    packed.write(digest, i * PACKED_BYTES + ID_BYTES, 'hex');
  }
  return packed;
}

export function unpackEntries(packed: Buffer): SealedEntry[] {
  const entries: SealedEntry[] = [];
  for (let at = 0; at + PACKED_BYTES <= packed.length; at += PACKED_BYTES) {
    const digest = packed.toString('hex', at + ID_BYTES, at + PACKED_BYTES);
    entries.push({ id: Number(packed.readBigUInt64BE(at)), digest });
  }
  return entries;
}
