import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStreamParser, type StreamEvent } from '../../clients/typescript/src/sockets/event-stream.js';

function eventsOf(pieces: readonly string[]): StreamEvent[] {
  const events: StreamEvent[] = [];
  const parser = new EventStreamParser((event) => events.push(event));
  for (const piece of pieces) parser.push(piece);
  return events;
}

describe('EventStreamParser', () => {
  it.each<[string, string, StreamEvent[]]>([
    ['data alone', 'data: a\n\n', [{ event: 'message', data: 'a', id: '' }]],
    ['every field', 'id: 7\nevent: news\ndata: a\n\n', [{ event: 'news', data: 'a', id: '7' }]],
    ['several lines', 'data: a\ndata:  b\n\n', [{ event: 'message', data: 'a\n b', id: '' }]],
    [
      'comments and unknown fields',
      ':\n: hello\nretry: 3\nnonsense\ndata:a\n\n',
      [{ event: 'message', data: 'a', id: '' }],
    ],
    [
      'an id that persists',
      'id: 7\n\ndata: a\n\n',
      [
        { event: 'message', data: '', id: '7' },
        { event: 'message', data: 'a', id: '7' },
      ],
    ],
    [
      'other line endings',
      'data: a\r\n\r\ndata: b\r\rdata: c\n\n',
      [
        { event: 'message', data: 'a', id: '' },
        { event: 'message', data: 'b', id: '' },
        { event: 'message', data: 'c', id: '' },
      ],
    ],
    ['no incomplete event', 'data: a\n', []],
  ])('reads %s', (_name, text, events) => {
    expect(eventsOf([text])).toEqual(events);
  });

  it('reads the same, however the stream is split', () => {
    const text = fc
      .array(fc.constantFrom('\n', '\r', '\r\n', 'data: x', 'id: 3', 'event: e', ':', 'da', ' '))
      .map((it) => it.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(100)), (whole, cuts) => {
        const at = [...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
        const pieces = at.map((end, i) => whole.slice(at[i - 1] ?? 0, end));
        // A final line end that might be half of one does not count yet.
        expect(eventsOf([...pieces, '\n'])).toEqual(eventsOf([whole, '\n']));
      }),
    );
  });
});
