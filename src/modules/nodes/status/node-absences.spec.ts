import { beforeEach, describe, expect, it } from 'vitest';
import { type Clock } from '../../../common/time/clock.js';
import { type Absences } from '../../health/absences.service.js';
import { type NodeStatus } from './node-status.js';
import { NodeAbsences } from './node-absences.js';

const NOON = Date.parse('2026-01-01T12:00:00Z');
const statusOf = (name: string, url: string, startedAt: number, incarnation = name): NodeStatus => ({
  incarnation,
  name,
  url,
  version: '1',
  state: 'ready',
  load: 0,
  connections: {},
  startedAt,
  away: [],
  busAge: 0,
});

describe('NodeAbsences', () => {
  let elapsed: number;
  let silent: NodeAbsences;
  const names = () => silent.list(true).flatMap(({ node }) => node?.id ?? []);

  beforeEach(() => {
    elapsed = 0;
    silent = new NodeAbsences(
      { list: () => [{ what: 'redis', since: 'noon' }] } as unknown as Absences,
      { now: () => NOON + elapsed } as Clock,
      { elapsed: () => elapsed },
    );
    silent.addSilent(statusOf('b', 'http://b', NOON - 1_000), 0);
  });

  it('says since when a node has been silent, however often it is found dead', () => {
    elapsed = 60_000;
    silent.addSilent(statusOf('b', 'http://b', NOON - 1_000), 50_000);
    expect(silent.list(true)).toEqual([
      { what: 'redis', since: 'noon', node: null },
      { what: 'node', since: '2026-01-01T12:00:00.000Z', node: { id: 'b', url: 'http://b' } },
    ]);
  });

  it('lasts while others that were there before are heard', () => {
    silent.forgetReturned([statusOf('a', 'http://a', NOON + 1), statusOf('c', 'http://b', NOON - 1)]);
    expect(names()).toEqual(['b']);
  });

  it.each([
    ['it has restarted and is heard again', statusOf('b', 'http://b', NOON - 1_000, 'b2')],
    ['another one has started at its address', statusOf('c', 'http://b', NOON + 5_000)],
  ])('ends when %s', (_why, live) => {
    silent.forgetReturned([live]);
    expect(names()).toEqual([]);
  });

  it('ends after a day', () => {
    elapsed = 24 * 3_600_000 + 1;
    silent.forgetReturned([]);
    expect(names()).toEqual([]);
  });
});
