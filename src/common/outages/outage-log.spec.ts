import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutageLog } from './outage-log.js';

describe('OutageLog', () => {
  let said: object[];
  let outage: OutageLog;
  beforeEach(() => {
    vi.useFakeTimers();
    said = [];
    vi.spyOn(Logger.prototype, 'warn').mockImplementation((line: object) => said.push(line));
    vi.spyOn(Logger.prototype, 'log').mockImplementation((line: object) => said.push(line));
    outage = new OutageLog('It');
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('writes one line at the start, one per minute, and one at the end, whatever fails meanwhile', () => {
    outage.worked();
    for (let second = 0; second < 150; second++) {
      outage.failed(new Error(`no answer ${second}`), 10);
      vi.advanceTimersByTime(1_000);
    }
    vi.advanceTimersByTime(2_000);
    outage.worked();
    outage.worked();
    expect(said).toEqual([
      { msg: 'It fails: no answer 0' },
      { msg: 'It still fails: no answer 60', seconds: 60, failures: 610 },
      { msg: 'It still fails: no answer 120', seconds: 120, failures: 1_210 },
      { msg: 'It works again', seconds: 152, failures: 1_500 },
    ]);
  });

  it('does not consider it over while failures still occur now and then', () => {
    for (let second = 0; second < 30; second++) {
      outage.failed(new Error('no answer'));
      vi.advanceTimersByTime(1_000);
      outage.worked();
    }
    expect(said).toHaveLength(1);
  });

  it('reports a full disk once, even in the middle of an outage', () => {
    outage.failed(new Error('no answer'));
    for (let n = 0; n < 3; n++) outage.failed(Object.assign(new Error('could not extend file'), { code: '53100' }));
    expect(outage.isFull).toBe(true);
    expect(said).toEqual([
      { msg: 'It fails: no answer' },
      { msg: 'It still fails: its disk is full', seconds: 0, failures: 2 },
    ]);
    vi.advanceTimersByTime(30_000);
    expect(outage.isFull).toBe(false);
  });
});
