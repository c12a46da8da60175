import { SharedReads } from './shared-reads.js';

/** Finds rows by the digest of a credential; clients that come all at once are looked up together. */
export class DigestLookup<Row> {
  private readonly reads: SharedReads<Row, string>;

  /** @param ask gives the rows for these digests, by digest in hexadecimal */
  constructor(ask: (digests: readonly Buffer[]) => Promise<ReadonlyMap<string, Row>>, gatherMs?: number) {
    this.reads = new SharedReads((keys) => ask(keys.map((key) => Buffer.from(key, 'hex'))), gatherMs);
  }

  /** @throws AppError for whatever `ask` failed with, e.g. `database_unavailable` */
  find(digest: Buffer): Promise<Row | undefined> {
    return this.reads.read(digest.toString('hex'));
  }
}
