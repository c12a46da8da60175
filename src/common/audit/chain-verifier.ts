import { hash, type KeyObject, verify } from 'node:crypto';
import {
  type AuditRecord,
  type AuditSealRecord,
  digestOf,
  hmac,
  macOf,
  NO_SEAL,
  PRUNE_ACTION,
  sealHash,
  type SealedEntry,
  unpackEntries,
} from './audit-record.js';

/** What can be wrong with an entry or its seal. */
export type Breach = 'changed' | 'missing' | 'inserted' | 'forged' | 'seal';

export interface Verdict {
  readonly ok: boolean;
  /** Entries read. */
  readonly checked: number;
  /** The last entry that a seal covers; 0 when none does. */
  readonly sealedTo: number;
  /** The lowest id whose entry is missing or not as it was written. */
  readonly firstBroken: number | null;
  readonly breach: Breach | null;
  /** The last seal: `<id>:<hash>`. */
  readonly head: string | null;
}

/** What the reader knows from elsewhere; without the keys only the chain of hashes is checked. */
export interface Trusted {
  /** The server's key for the audit log. */
  readonly key?: Uint8Array | undefined;
  /** The public half of `AUDIT_SIGNING_KEY`. From the first signed seal on, each must be signed. */
  readonly publicKey?: KeyObject | undefined;
  /** A seal that must be there, `<id>:<hash>`: nothing else reveals that the end was cut off. */
  readonly head?: string | undefined;
}

/**
 * Checks an audit log as a stream, oldest first: each seal before its entries, and unsealed entries last. Holds one seal at
 * a time.
 */
export class ChainVerifier {
  private checked = 0;
  private seals = 0;
  private sealedTo = 0;
  private head = NO_SEAL;
  private isSigned = false;
  private headSeen = false;
  private expected: SealedEntry[] = [];
  private next = 0;
  private lastId = 0;
  private broken: { id: number; breach: Breach } | undefined;
  /** The last seal without entries, its first missing id, and the last seal whose removal an entry records. */
  private pruned = { seal: 0, id: 0, said: 0 };

  constructor(private readonly trusted: Trusted) {}

  seal(seal: AuditSealRecord): void {
    this.finishSeal();
    if (!this.isIntact(seal)) this.report(this.sealedTo + 1, 'seal');
    this.seals = seal.id;
    this.head = seal.hash;
    this.headSeen ||= this.trusted.head === `${seal.id}:${seal.hash}`;
    this.sealedTo = seal.toId;
    this.isSigned ||= seal.signature !== null;
    if (seal.prunedAt !== null) {
      // Only the oldest entries are removed, without gaps.
      if (seal.id !== this.pruned.seal + 1) this.report(seal.fromId, 'missing');
      this.pruned = { ...this.pruned, seal: seal.id, id: this.pruned.id || seal.fromId };
      return;
    }
    const packed = Buffer.from(seal.entries, 'base64');
    this.expected = unpackEntries(packed);
    if (hash('sha256', packed, 'hex') !== seal.entriesDigest || this.expected.length !== seal.count) {
      this.report(seal.fromId, 'seal');
    }
  }

  entry(entry: AuditRecord): void {
    this.checked++;
    // Ids ascend, so a repeated one is one too many.
    if (entry.id <= this.lastId) this.report(entry.id, 'inserted');
    this.lastId = entry.id;
    if (entry.id > this.sealedTo) this.finishSeal();
    else this.compare(entry);
    const isGenuine = this.trusted.key === undefined || macOf(entry, this.trusted.key) === entry.mac;
    if (!isGenuine) this.report(entry.id, 'forged');
    else if (entry.action === PRUNE_ACTION) this.pruned.said = Math.max(this.pruned.said, Number(entry.target?.id));
  }

  verdict(): Verdict {
    this.finishSeal();
    // Entries that were removed behind the server's back have no entry that records it.
    if (this.pruned.seal > this.pruned.said) this.report(this.pruned.id, 'missing');
    if (this.trusted.head !== undefined && !this.headSeen) this.report(this.lastId + 1, 'missing');
    return {
      ok: this.broken === undefined,
      checked: this.checked,
      sealedTo: this.sealedTo,
      firstBroken: this.broken?.id ?? null,
      breach: this.broken?.breach ?? null,
      head: this.seals === 0 ? null : `${this.seals}:${this.head}`,
    };
  }

  private compare(entry: AuditRecord): void {
    for (let next = this.expected[this.next]; next && next.id < entry.id; next = this.expected[++this.next]) {
      this.report(next.id, 'missing');
    }
    const next = this.expected[this.next];
    if (next?.id !== entry.id) {
      this.report(entry.id, 'inserted');
      return;
    }
    this.next++;
    if (next.digest !== digestOf(entry)) this.report(entry.id, 'changed');
  }

  private finishSeal(): void {
    const left = this.expected[this.next];
    if (left) this.report(left.id, 'missing');
    this.expected = [];
    this.next = 0;
  }

  private isIntact(seal: AuditSealRecord): boolean {
    const { key, publicKey } = this.trusted;
    if (seal.id !== this.seals + 1 || seal.fromId <= this.sealedTo || seal.toId < seal.fromId) return false;
    if (seal.previous !== this.head || sealHash(seal) !== seal.hash) return false;
    if (key !== undefined && hmac(key, seal.hash) !== seal.mac) return false;
    if (publicKey === undefined) return true;
    if (seal.signature === null) return !this.isSigned;
    return verify(null, Buffer.from(seal.hash, 'hex'), publicKey, Buffer.from(seal.signature, 'base64'));
  }

  private report(id: number, breach: Breach): void {
    if (this.broken === undefined || id < this.broken.id) this.broken = { id, breach };
  }
}
