// Writes files with one line per socket for load drivers, pair by pair, the Iota before its client:
// `paths` (where it connects, below /ws/), `idents` (its first message), `users` (the receiver of an Iota's messages).
//   node bench/omikron/prepare.mjs <http address> <pairs> <folder>
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { makePairs } from './directory.mjs';

const [base, count = '100', folder = '.'] = process.argv.slice(2);
const pairs = await makePairs(base, Number(count));
const write = (name, lines) => writeFileSync(path.join(folder, name), lines.map((line) => `${line}\n`).join(''));
write(
  'paths',
  pairs.flatMap(() => ['iota/', 'client/']),
);
write(
  'idents',
  pairs.flatMap(({ iota, client }) => [iota, client]),
);
write(
  'users',
  pairs.flatMap(({ user }) => [user, user]),
);
