import { spawn } from 'node:child_process';
import { type Socket } from 'node:net';

/** Kills the server that owns the folder `$0` and its database, then removes the folder. */
const SCRIPT = `
cat
for socket in "$0"/lock/s.*; do
  owner=\${socket##*/s.}
  kill -KILL "\${owner%%.*}"
done
database=$(head -n 1 "$0/postgres/postmaster.pid") && kill -QUIT "$database"
sleep 1
rm -rf "$0"
`;

/**
 * A killed test run cleans up nothing. The end of this pipe tells a helper that this process has ended, by whatever
 * means; the helper has nothing to do if `dataDir` has been removed by then.
 */
export function removeAfterUs(dataDir: string): void {
  const helper = spawn('/bin/sh', ['-c', SCRIPT, dataDir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  helper.on('error', () => undefined);
  helper.unref();
  (helper.stdin as Socket).unref();
}
