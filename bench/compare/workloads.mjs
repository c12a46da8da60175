// The load on the peers. `room`: all get what one sends, including the sender; `relay`: pairs. `kind` is how it is
// measured: `paired` as fast as possible, in turns with the yardstick; `rate` at a fixed rate; `idle` sends nothing.

const room = (connections, group, args) => ({ shape: 'room', connections, group, args: [...args, '--self', 1] });
const oneInFlight = ['--pubs', 1, '--window', 1];
const pairs = { shape: 'relay', connections: 200, group: 2 };

/** @param {number} idle number of connections of that workload */
export const workloads = (idle) => ({
  fan100: {
    about: 'room of 100, 4 publishers with 8 messages in flight each',
    kind: 'paired',
    ...room(100, 100, ['--pubs', 4, '--window', 8]),
  },
  lock100: { about: 'room of 100, one message in flight', kind: 'paired', ...room(100, 100, oneInFlight) },
  fan1000: {
    about: 'room of 1,000, 4 messages in flight',
    kind: 'paired',
    ...room(1_000, 1_000, ['--pubs', 2, '--window', 2]),
  },
  rooms4: { about: '100 rooms of 4, one message in flight each', kind: 'paired', ...room(400, 4, oneInFlight) },
  relay: { about: '100 pairs, one message in flight each', kind: 'paired', ...pairs, args: oneInFlight },
  relay4k: { about: 'the same with 4 KiB', kind: 'paired', ...pairs, args: [...oneInFlight, '--size', 4_096] },
  rate5k: {
    about: 'room of 100, 5,000 deliveries a second, whatever the answers',
    kind: 'rate',
    ...room(100, 100, ['--pubs', 4, '--rate', 50]),
  },
  idle: {
    about: `${idle} connections in rooms of 50`,
    kind: 'idle',
    shape: 'room',
    connections: idle,
    group: 50,
    args: ['--idle', '--hold', 2, '--concurrency', 64],
  },
});
