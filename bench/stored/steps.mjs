// Loaded before the server (`--import`): where the time of stored messages goes. After each turn of a bench, when
// nothing has been stored for a while, it prints a line of JSON to stderr. Milliseconds of each message: from when it was due
// until it is in the queue, in the queue, until its batch is committed, until all of its batch are answered and told.
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { GroupCommit } from '../../dist/src/modules/durable-log/group-commit.js';

const QUIET_MS = 300;
/** When a message was due, milliseconds since the epoch; see `openLoop`. */
const DUE = /\d{13}\.\d{3}/;
const commit = GroupCommit.prototype;
const { append, store, settle } = commit;
const since = new WeakMap();
const delays = monitorEventLoopDelay({ resolution: 1 });
let steps = begin();

function begin() {
  delays.reset();
  return { arrive: [], queue: [], store: [], answer: [], batch: [], gc: [], last: 0 };
}

commit.append = function (item, answer) {
  const now = performance.now();
  since.set(item, now);
  const due = DUE.exec(item.message ?? item.text)?.[0];
  if (due !== undefined) steps.arrive.push(performance.timeOrigin + now - Number(due));
  return append.call(this, item, answer);
};
commit.store = async function (batch) {
  const began = performance.now();
  for (const { item } of batch) steps.queue.push(began - since.get(item));
  const stored = await store.call(this, batch);
  const took = performance.now() - began;
  if (batch.length > 0) steps.batch.push(batch.length);
  for (const _ of batch) steps.store.push(took);
  return stored;
};
commit.settle = function (batch, results) {
  const began = performance.now();
  settle.call(this, batch, results);
  steps.last = performance.now();
  for (const _ of batch) steps.answer.push(steps.last - began);
};
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) steps.gc.push(duration);
}).observe({ entryTypes: ['gc'] });
delays.enable();

function summary(values) {
  values.sort((a, b) => a - b);
  const at = (share) => Number((values[Math.floor((values.length - 1) * share)] ?? 0).toFixed(1));
  return { count: values.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

setInterval(() => {
  if (steps.last === 0 || performance.now() - steps.last < QUIET_MS) return;
  const { last: _last, ...lists } = steps;
  const turn = Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, summary(values)]));
  turn.loopDelay = Object.fromEntries([50, 99, 100].map((n) => [`p${n}`, Math.round(delays.percentile(n) / 1e5) / 10]));
  steps = begin();
  process.stderr.write(`${JSON.stringify({ steps: turn })}\n`);
}, 100).unref();
