import { describe, expect, it } from 'vitest';
import { checkRoom, type RoomRecord } from './checker.js';
import { type Heard } from './peers/clients.js';

/** Messages at the offsets from 1 on. */
const heard = (...ids: readonly (string | undefined)[]): Heard[] => ids.map((id, i) => ({ offset: i + 1, id }));
const relayed = (...ids: readonly (string | undefined)[]): Heard[] => ids.map((id) => ({ offset: 0, id }));

const HISTORY = heard('w0:0', 'w1:0', 'w0:1', 'w1:1');

function durable(changes: {
  history?: readonly Heard[];
  acked?: readonly (readonly [string, number | null])[];
  heard?: readonly Heard[];
}): string[] {
  const history = changes.history ?? HISTORY;
  const acked = changes.acked ?? [
    ['w0:0', 1],
    ['w0:1', 3],
  ];
  const room: RoomRecord = {
    name: 'r',
    durable: true,
    history,
    writers: [{ name: 'w0', acked: new Map(acked) }],
    readers: [
      { name: 'good', heard: history, stayed: true },
      { name: 'r0', heard: changes.heard ?? history, stayed: false },
    ],
  };
  return told(checkRoom(room, true));
}

function plain(
  readers: readonly (readonly Heard[])[],
  { stayed = false, complete = true, acked = ['w0:0'] } = {},
): string[] {
  const room: RoomRecord = {
    name: 'r',
    durable: false,
    history: [],
    writers: [{ name: 'w0', acked: new Map(acked.map((id) => [id, null])) }],
    readers: readers.map((each, i) => ({ name: `r${i}`, heard: each, stayed })),
  };
  return told(checkRoom(room, complete));
}

const told = (violations: ReturnType<typeof checkRoom>): string[] =>
  violations.map(({ invariant, client = '', detail }) => `${invariant} ${client} ${detail}`);

describe('the record of a durable room', () => {
  it('is valid if everybody has the history', () => {
    expect(durable({})).toEqual([]);
  });

  it('finds an acknowledged message that was lost', () => {
    const acked = [
      ['w0:0', 1],
      ['w0:7', 9],
    ] as const;
    expect(durable({ acked })).toEqual([
      expect.stringMatching(/^acknowledged w0 w0:7, .* is missing from the history/),
    ]);
  });

  it('finds a message that was stored twice, acknowledged or not', () => {
    const history = heard('w0:0', 'w0:0');
    expect(durable({ history, acked: [['w0:0', 1]] })).toEqual([expect.stringMatching(/^acknowledged w0 .*1 and 2/)]);
    expect(durable({ history, acked: [] })).toEqual([expect.stringMatching(/^acknowledged w0 .*1 and 2/)]);
  });

  it('finds an acknowledgement with the wrong offset', () => {
    expect(durable({ acked: [['w0:0', 2]] })).toEqual([expect.stringMatching(/^acknowledged w0 .*is at 1/)]);
  });

  it('finds a gap in the offsets', () => {
    const history = [
      { offset: 1, id: 'w0:0' },
      { offset: 3, id: 'w0:1' },
    ];
    expect(durable({ history })).toEqual([expect.stringMatching(/^offsets .*is 3$/)]);
  });

  it('finds a message that was never sent in this form', () => {
    const history = heard('w0:0', undefined, 'w0:1');
    expect(durable({ history })).toEqual([expect.stringMatching(/^genuine .*at 2 /)]);
  });

  it.each([
    ['a gap', [1, 2, 4], /^sequence r0 gap after 2 messages: heard offset 4 where 3/],
    ['a missing end', [1, 2, 3], /^sequence r0 gap after 3 messages: never heard the rest, from offset 4/],
    ['silence', [], /^sequence r0 gap after 0 messages/],
    ['a duplicate', [1, 2, 2, 3, 4], /^sequence r0 duplicate after 2 messages: offset 2 again/],
    ['a duplicate at the end', [1, 2, 3, 4, 4], /^sequence r0 duplicate after 4/],
    ['a reorder', [1, 3, 2, 4], /^sequence r0 reorder after 1 messages: heard offset 3 where 2/],
  ] as const)('finds a reader with %s', (_what, offsets, expected) => {
    const got = offsets.map((offset) => HISTORY[offset - 1]!);
    expect(durable({ heard: got })).toEqual([expect.stringMatching(expected)]);
  });

  it('finds a reader that heard something else or more', () => {
    expect(durable({ heard: heard('w0:0', 'w9:9', 'w0:1', 'w1:1') })).toEqual([
      expect.stringMatching(/^sequence r0 altered after 1 messages/),
    ]);
    expect(durable({ heard: [...HISTORY, { offset: 5, id: 'w0:2' }] })).toEqual([
      expect.stringMatching(/^sequence r0 invented after 4/),
    ]);
  });
});

describe('the record of a room that keeps nothing', () => {
  it('is valid if readers heard different parts of one order', () => {
    expect(plain([relayed('w0:0', 'w1:0', 'w0:1'), relayed('w1:0', 'w0:1'), relayed()])).toEqual([]);
  });

  it('finds a duplicate', () => {
    expect(plain([relayed('w0:0', 'w1:0', 'w0:0')])).toEqual(['relayed r0 duplicate: w0:0']);
  });

  it('finds the messages of a writer out of order', () => {
    expect(plain([relayed('w0:1', 'w0:0')])).toEqual(['relayed r0 reorder: w0:0 after w0:1']);
  });

  it('finds a message that was never sent', () => {
    expect(plain([relayed(undefined)])).toEqual([expect.stringMatching(/^relayed r0 .*never sent/)]);
  });

  it('finds readers that disagree on the order', () => {
    expect(plain([relayed('w0:0', 'w1:0', 'w0:1'), relayed('w1:0', 'w0:0')])).toEqual([
      expect.stringMatching(/^order r1 heard w0:0 later than r0 did/),
    ]);
  });

  it('finds an acknowledged message that a constantly connected reader missed, unless processes were ended', () => {
    const acked = ['w0:0', 'w0:1'];
    expect(plain([relayed('w0:0')], { stayed: true, acked })).toEqual([
      expect.stringMatching(/^delivered r0 gap.*w0:1/),
    ]);
    expect(plain([relayed('w0:0')], { stayed: true, acked, complete: false })).toEqual([]);
    expect(plain([relayed('w0:0')], { stayed: false, acked })).toEqual([]);
  });
});
