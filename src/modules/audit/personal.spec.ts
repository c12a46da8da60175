import { describe, expect, it } from 'vitest';
import { type AuditContent, type AuditRecord } from '../../common/audit/audit-record.js';
import { withoutPersonal, withPersonal } from './personal.js';

const digest = (text: string) => `hmac:${Buffer.from(text).toString('hex')}`;
const entry = (some: Partial<AuditContent>): AuditContent => ({
  at: '2026-01-01T00:00:00.000Z',
  actor: { kind: 'user', id: '1', label: 'admin@example.org' },
  action: 'accounts.update',
  target: { kind: 'account', id: '2', label: 'ada@example.org' },
  address: '192.0.2.1',
  userAgent: 'curl',
  node: 'n',
  requestId: 'r',
  outcome: 'success',
  count: 1,
  changes: { role: { before: 'user', after: 'viewer' }, lastName: { before: 'L', after: 'K' } },
  ...some,
});
/** The stored values of its caller, in the form that the entry needs. */
const OF_CALLER = {
  userId: 1,
  actorLabel: 'admin@example.org',
  targetLabel: null,
  address: '192.0.2.1',
  userAgent: 'curl',
  changes: null,
};
const recordOf = (content: AuditContent): AuditRecord => ({ ...content, id: 7, mac: '' });

describe('personal data of an entry', () => {
  it('is kept per account, and restored as it was', () => {
    const { content, caller, personal } = withoutPersonal(entry({}), undefined, digest);
    expect(JSON.stringify(content)).not.toMatch(/example\.org|192\.0|curl|"[LK]"/);
    expect(content.changes).toMatchObject({ role: { before: 'user', after: 'viewer' } });
    expect(caller).toEqual(
      ['admin@example.org', '192.0.2.1', 'curl'].map((value) => ({ userId: 1, digest: digest(value), value })),
    );
    expect(personal.map(({ userId }) => userId)).toEqual([2]);
    expect(withPersonal(recordOf(content), [OF_CALLER, ...personal], digest)).toEqual(recordOf(entry({})));
  });

  it('of one account can be removed while that of the other stays', () => {
    const { content, personal } = withoutPersonal(entry({}), undefined, digest);
    expect(withPersonal(recordOf(content), personal, digest)).toMatchObject({
      actor: { label: digest('admin@example.org') },
      target: { label: 'ada@example.org' },
    });
    const left = withPersonal(recordOf(content), [OF_CALLER], digest);
    expect(left).toMatchObject({ actor: { label: 'admin@example.org' }, address: '192.0.2.1' });
    expect(left.target?.label).toBe(digest('ada@example.org'));
  });

  it('is shown only if it matches the digest', () => {
    const { content, personal } = withoutPersonal(entry({}), undefined, digest);
    const forged = personal.map((values) => ({
      ...values,
      targetLabel: 'eve@example.org',
      changes: '{"lastName":{}}',
    }));
    const { target, changes } = withPersonal(recordOf(content), forged, digest);
    expect([target?.label, changes]).toEqual([digest('ada@example.org'), content.changes]);
  });

  it('of an anonymous caller belongs to the account they try', () => {
    const actor = { kind: 'anonymous', id: null, label: null };
    expect(withoutPersonal(entry({ actor, changes: null }), undefined, digest).personal).toMatchObject([
      { userId: 2, targetLabel: 'ada@example.org', address: '192.0.2.1' },
    ]);
    const target = { kind: 'account', id: null, label: 'nobody@example.org' };
    const unknown = withoutPersonal(entry({ actor, target, changes: null }), undefined, digest);
    expect(unknown.personal).toEqual([]);
    expect(unknown.content).toMatchObject({ target: { label: digest('nobody@example.org') }, address: '192.0.2.1' });
  });

  it('is empty if neither actor nor target is a person', () => {
    const actor = { kind: 'machineKey', id: '1', label: 'Robot' };
    const target = { kind: 'service', id: '2', label: 'Planetarium' };
    const content = entry({ actor, target, changes: { title: { after: 'x' } } });
    expect(withoutPersonal(content, undefined, digest)).toEqual({ content, caller: [], personal: [] });
  });
});
