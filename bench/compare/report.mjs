// The tables of a comparison.
import { median, spread, table } from './statistics.mjs';

const figure = (value, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
const unique = (values) => [...new Set(values)];

/** One row per peer, one column per workload. */
function grid(rows, cell) {
  const workloads = unique(rows.map(({ workload }) => workload));
  return table(
    ['peer', ...workloads],
    unique(rows.map(({ peer }) => peer)).map((peer) => [
      peer,
      ...workloads.map((workload) => {
        const own = rows.filter((row) => row.peer === peer && row.workload === workload && !row.error);
        return own.length === 0 ? '–' : cell(own);
      }),
    ]),
  );
}

function ratioTable(rows, key) {
  return grid(rows, (own) => {
    const all = own.flatMap((row) => row[key]);
    const waited = key === 'throughput' && median(own.map(({ busy }) => busy)) < 0.93 ? '*' : '';
    return `${figure(median(all))}${waited} ±${figure(spread(all) * 100, 0)} %`;
  });
}

/** @returns the text to print */
export function report(rows) {
  const of = (kind) => rows.filter((row) => row.kind === kind);
  const middle = (own, read) => median(own.map(read));
  const parts = [];
  if (of('paired').length > 0) {
    parts.push(
      'Capacity: deliveries per CPU-second of the server, as a ratio to the yardstick (median of all slots ± half of the',
      'range of the middle half):\n',
      ratioTable(of('paired'), 'capacity'),
      '\nThroughput: deliveries per second, the same way; * the server waited for the driver:\n',
      ratioTable(of('paired'), 'throughput'),
    );
  }
  if (of('rate').length > 0) {
    parts.push('\nLatency at a fixed rate, ms: half of the messages / 99 % of them, and µs of CPU per delivery:\n');
    const quantile = (own, key) => figure(middle(own, ({ lat_us }) => lat_us[key]) / 1e3);
    parts.push(
      grid(of('rate'), (own) => {
        const cpu = figure(middle(own, ({ cpu_s_per_M }) => cpu_s_per_M));
        return `${quantile(own, 'p50')} / ${quantile(own, 'p99')}, ${cpu}`;
      }),
    );
  }
  if (of('idle').length > 0) {
    parts.push('\nConnections: kB each, ms of CPU to come in, a second:\n');
    parts.push(
      grid(of('idle'), (own) => {
        const cpu = middle(own, ({ conn_cpu_s, conns }) => (conn_cpu_s / conns) * 1e3);
        const each = figure(
          middle(own, ({ kb_per_conn }) => kb_per_conn),
          1,
        );
        return `${each}, ${figure(cpu, 3)}, ${figure(
          middle(own, ({ conn_per_s }) => conn_per_s),
          0,
        )}`;
      }),
    );
  }
  const sum = (key) => rows.reduce((total, row) => total + Math.max(0, row[key] ?? 0), 0);
  const kinds = ['lost', 'dups', 'gaps', 'misrouted'];
  const faults = kinds.map((key) => `${sum(key)} ${key}`).join(', ');
  parts.push(`\n${rows.length} measurements, ${sum('received')} deliveries: ${faults}`);
  for (const row of rows) {
    const off = kinds.some((key) => row[key] > 0);
    if (row.error || off) parts.push(`  ${row.peer} ${row.workload}: ${row.error || 'see the report'}`);
  }
  return parts.join('\n');
}
