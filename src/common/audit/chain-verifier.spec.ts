import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../security/digest.js';
import {
  type AuditContent,
  type AuditRecord,
  type AuditSealRecord,
  canonicalJson,
  digestOf,
  hmac,
  macOf,
  NO_SEAL,
  packEntries,
  PRUNE_ACTION,
  sealHash,
} from './audit-record.js';
import { ChainVerifier, type Trusted } from './chain-verifier.js';

const KEY = Buffer.alloc(32, 7);

function entry(id: number, changes: Partial<AuditContent> = {}): AuditRecord {
  const content: AuditContent = {
    at: '2026-01-01T00:00:00.000Z',
    actor: { kind: 'user', id: '1', label: 'ada@example.org' },
    action: 'services.update',
    target: null,
    address: null,
    userAgent: null,
    node: 'n',
    requestId: null,
    outcome: 'success',
    count: 1,
    changes: { b: 1, a: [null, 'x'] },
    ...changes,
  };
  return { ...content, id, mac: macOf(content, KEY) };
}

function seal(id: number, entries: readonly AuditRecord[], previous = NO_SEAL, signer?: KeyObject): AuditSealRecord {
  const packed = packEntries(entries.map((each) => ({ id: each.id, digest: digestOf(each) })));
  const content = {
    id,
    fromId: entries[0]!.id,
    toId: entries.at(-1)!.id,
    count: entries.length,
    sealedAt: '2026-01-01T00:01:00.000Z',
    node: 'n',
    entries: packed.toString('base64'),
    entriesDigest: sha256(packed).toString('hex'),
    previous,
  };
  const hash = sealHash(content);
  const signature = signer ? sign(null, Buffer.from(hash, 'hex'), signer).toString('base64') : null;
  return { ...content, hash, mac: hmac(KEY, hash), signature, prunedAt: null };
}

function verdict(items: readonly (AuditRecord | AuditSealRecord)[], trusted: Trusted = { key: KEY }) {
  const verifier = new ChainVerifier(trusted);
  for (const item of items) {
    if ('fromId' in item) verifier.seal(item);
    else verifier.entry(item);
  }
  return verifier.verdict();
}

describe('the chain of an audit log', () => {
  const first = [entry(1), entry(2), entry(4)];
  const second = [entry(5), entry(6)];
  const one = seal(1, first);
  const two = seal(2, second, one.hash);
  const tail = [entry(8)];
  const all = [one, ...first, two, ...second, ...tail];
  const without = (...gone: unknown[]) => all.filter((item) => !gone.includes(item));

  it('is intact with gaps between ids', () => {
    expect(verdict(all)).toEqual({
      ok: true,
      checked: 6,
      sealedTo: 6,
      firstBroken: null,
      breach: null,
      head: `2:${two.hash}`,
    });
    expect(verdict([])).toMatchObject({ ok: true, checked: 0, head: null });
  });

  it('does not depend on the order of members', () => {
    expect(canonicalJson({ b: 1, a: [null, 'x'] })).toBe('{"a":[null,"x"],"b":1}');
    expect(canonicalJson({ b: 1, a: undefined } as never)).toBe('{"b":1}');
    const read = JSON.parse(JSON.stringify(all).replaceAll('{"b":1,"a":[null,"x"]}', '{"a":[null,"x"],"b":1}'));
    expect(verdict(read as typeof all).ok).toBe(true);
  });

  it.each([
    ['changed', all.map((item) => (item === second[1] ? { ...second[1], count: 2 } : item)), 6, 'changed'],
    [
      'changed and signed with another key',
      all.map((item) => (item === first[1] ? { ...entry(2), action: 'x' } : item)),
      2,
      'changed',
    ],
    ['removed', without(first[1]), 2, 'missing'],
    ['removed at the end of a seal', without(first[2]), 4, 'missing'],
    ['removed at the end of the last seal', without(second[1], tail[0]), 6, 'missing'],
    ['inserted', [one, ...first.slice(0, 2), entry(3), first[2]!, two, ...second], 3, 'inserted'],
    ['repeated', [one, first[0]!, first[0]!, ...first.slice(1)], 1, 'inserted'],
    ['forged after the last seal', [...all, { ...entry(9), action: 'x' }], 9, 'forged'],
    ['removed along with the last seal', without(two, ...second), null, null],
    ['removed along with an earlier seal', without(one, ...first), 1, 'seal'],
    ['under a changed seal', all.map((item) => (item === two ? { ...two, count: 1 } : item)), 5, 'seal'],
    ['under a seal of another key', all.map((item) => (item === two ? { ...two, mac: one.mac } : item)), 5, 'seal'],
  ])('judges an entry that was %s', (_what, items, firstBroken, breach) => {
    expect(verdict(items)).toMatchObject({ ok: firstBroken === null, firstBroken, breach });
  });

  it('reveals a cut-off end to a verifier that knows the head', () => {
    const cut = without(two, ...second, ...tail);
    expect(verdict(cut, { head: `1:${one.hash}` }).ok).toBe(true);
    expect(verdict(cut, { head: `2:${two.hash}` })).toMatchObject({ ok: false, firstBroken: 5, breach: 'missing' });
  });

  it('differs by its signatures from one rewritten with the stolen key', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const signed = seal(1, first, NO_SEAL, privateKey);
    const next = seal(2, second, signed.hash, privateKey);
    const trusted = { key: KEY, publicKey };
    expect(verdict([signed, ...first, next, ...second], trusted).ok).toBe(true);
    expect(verdict([one, ...first, seal(2, second, one.hash, privateKey), ...second], trusted).ok).toBe(true);
    const unsigned = { ...next, signature: null };
    expect(verdict([signed, ...first, unsigned, ...second], trusted)).toMatchObject({ firstBroken: 5, breach: 'seal' });
    const foreign = seal(2, second, signed.hash, generateKeyPairSync('ed25519').privateKey);
    expect(verdict([signed, ...first, foreign, ...second], trusted)).toMatchObject({ firstBroken: 5, breach: 'seal' });
  });

  it('may lack the entries whose removal it records, and no others', () => {
    const pruned = { ...one, entries: '', prunedAt: '2026-02-01T00:00:00.000Z' };
    const word = entry(9, { action: PRUNE_ACTION, target: { kind: 'seal', id: '1', label: null } });
    expect(verdict([pruned, two, ...second, word]).ok).toBe(true);
    expect(verdict([pruned, two, ...second])).toMatchObject({ firstBroken: 1, breach: 'missing' });
    const forged = { ...entry(9), action: PRUNE_ACTION, target: word.target };
    expect(verdict([pruned, two, ...second, forged])).toMatchObject({ firstBroken: 1, breach: 'missing' });
    const both = { ...two, entries: '', prunedAt: pruned.prunedAt };
    expect(verdict([pruned, both, word])).toMatchObject({ firstBroken: 1 });
    expect(verdict([one, ...first, both, word])).toMatchObject({ firstBroken: 5, breach: 'missing' });
    expect(verdict([pruned, first[0]!, two, ...second, word])).toMatchObject({ firstBroken: 1, breach: 'inserted' });
  });
});
