import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { type ConnectionDirectory } from '../realtime/fan-out/connection-directory.js';
import { RevocationList } from '../realtime/access/revocation-list.js';
import { type RevocationSelectors } from '../realtime/access/revocation-selectors.js';
import { type RevocationsRepository } from './revocations.repository.js';
import { Revocations } from './revocations.service.js';
import { type AuditLog } from '../audit/audit-log.service.js';

interface Row {
  readonly selector: string;
  readonly subject: string;
  readonly until: Date | null;
}

describe('Revocations', () => {
  let revocations: Revocations;
  let list: RevocationList;
  let rows: Row[];
  /** Queries that the database has not answered yet. */
  let asked: (() => void)[];
  let hangs: boolean;
  /** Another node announces a change. */
  let changed: () => unknown;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    vi.useFakeTimers();
    rows = [];
    asked = [];
    hangs = false;
    list = new RevocationList();
    const active = (): Promise<Row[]> => {
      const found = [...rows];
      return hangs ? new Promise((resolve) => asked.push(resolve.bind(null, found))) : Promise.resolve(found);
    };
    revocations = new Revocations(
      { active } as unknown as RevocationsRepository,
      {} as AuditLog,
      list,
      { revoke: () => 0 } as unknown as ConnectionDirectory,
      {} as RevocationSelectors,
      { now: () => 0, date: () => new Date(0) },
      {
        answer: (topic: string, handler: () => unknown) => {
          if (topic === 'revocations.changed') changed = handler;
        },
      } as unknown as ClusterQuery,
    );
    await revocations.onModuleInit();
  });
  afterEach(() => {
    revocations.onModuleDestroy();
    vi.useRealTimers();
  });

  it('runs one query at a time however long the database takes, and one more if a change was announced', async () => {
    hangs = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(1);
    rows.push({ selector: 'user', subject: 'x', until: null });
    const told = [changed(), changed(), changed()];
    asked.pop()?.();
    await vi.advanceTimersByTimeAsync(1);
    expect([asked.length, [...list.active(0)]]).toEqual([1, []]);
    asked.pop()?.();
    await Promise.all(told);
    expect([...list.active(0)]).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toHaveLength(1);
  });
});
