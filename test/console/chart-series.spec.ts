import { describe, expect, it } from 'vitest';
import { highest, roundUp, rowsOf, sentence, strokes } from '../../web/ui/charts/series.js';

describe('chart lines', () => {
  it('describe each course in words', () => {
    const lines = [
      { name: 'rooms', values: [null, 0, 2, 10] },
      { name: 'circles', values: [8, 8, 1, 1] },
      { name: 'services', values: [5, 5, 5, 5] },
      { name: 'omikron', values: [0, 0, null, 0] },
      { name: 'signaling', values: [null, null, null, null] },
    ];
    expect(sentence('Connections', 'open', lines)).toBe(
      'Connections, open: rooms rose from about 0 to 10, at most 10; circles fell from about 8 to 1, at most 8; ' +
        'services steady at about 5, at most 5; omikron always 0; signaling without values.',
    );
    expect(sentence('Closes', 'by code', [])).toBe('Closes: nothing within this time.');
  });

  it('combine the lowest if there are more lines than colours', () => {
    const lines = [1, 4, 3, 2].map((value) => ({ name: `n${value}`, values: [value, value === 1 ? null : value] }));
    expect(highest(lines, 4).map(({ name }) => name)).toEqual(['n4', 'n3', 'n2', 'n1']);
    expect(highest(lines, 3)).toEqual([lines[1], lines[2], { name: '2 others', values: [3, 2] }]);
  });

  it('have gaps where values are missing, and a dot between two gaps', () => {
    expect(strokes([null, 10, 5, null, 0], 10, 400, 100)).toEqual(['100.0,0.0 200.0,50.0', '400.0,100.0 400.0,100.0']);
  });

  it('end the axis at a round number', () => {
    expect([0, 0.03, 1, 1.2, 7, 20, 3400].map((value) => roundUp(value))).toEqual([1, 0.05, 1, 2, 10, 20, 5000]);
  });

  it('give the means of steps as rows, the newest first', () => {
    const lines = [{ name: 'a', values: [1, null, 3, 6, null] }];
    expect(rowsOf(lines, 1000, 10, 2)).toEqual([
      { at: 1040, means: [6] },
      { at: 1020, means: [3] },
      { at: 1000, means: [1] },
    ]);
  });
});
