// npm run bench: ours next to other servers; with --check, instructions per message against the committed figures.
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/build-state.mjs';
import { compare } from './compare/compare.mjs';
import { check } from './instructions/check.mjs';

const { values: args } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    // Writes the figures that --check compares with.
    save: { type: 'boolean', default: false },
    workloads: { type: 'string' },
    peers: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    // Seconds of load per peer and workload of a round.
    duration: { type: 'string', default: '4' },
    // Connections of the workload `idle`.
    connections: { type: 'string', default: '5000' },
  },
});

await ensureBuilt();
if (args.check) {
  if (!(await check(args.workloads, args.save))) process.exitCode = 1;
} else {
  const [rounds, duration, connections] = [args.rounds, args.duration, args.connections].map(Number);
  await compare({ workloads: args.workloads, peers: args.peers, rounds, duration, connections });
}
