import { execFileSync } from 'node:child_process';
import { describe, it } from 'vitest';

/**
 * A suite that needs `program` on PATH. Without it, the suite is skipped and its name says why; with REQUIRE_ALL=1, it
 * fails instead.
 */
export function describeWith(program: string, name: string, suite: () => void): void {
  describeIf(isInstalled(program), program, name, suite);
}

/** The Python named by `PYTHON`, for other versions of its packages; or Debian's; or the first one on PATH. */
const PYTHONS = [process.env['PYTHON'] ?? '/usr/bin/python3', '/usr/bin/python3', 'python3'];

/** A suite that needs a Python with `module`, and is passed its path. */
export function describeWithPython(module: string, name: string, suite: (python: string) => void): void {
  const python = PYTHONS.find((program) => runs(program, '-c', `import ${module}`));
  describeIf(python !== undefined, `python3 with ${module}`, name, () => {
    suite(python ?? '');
  });
}

/** A suite whose servers have small disks of their own. */
export function describeWithSmallDisks(name: string, suite: () => void): void {
  const found = runs('unshare', '--map-root-user', '--mount', '/bin/sh', '-c', 'mount -t tmpfs -o size=1m none /mnt');
  describeIf(found, 'unshare with mounts for users', name, suite);
}

function describeIf(found: boolean, what: string, name: string, suite: () => void): void {
  if (found) {
    describe(name, suite);
  } else if (process.env['REQUIRE_ALL'] === '1') {
    describe(name, () => {
      it(`needs ${what}`, () => {
        throw new Error(`${what} is not installed, and REQUIRE_ALL=1 allows no skipped suite`);
      });
    });
  } else {
    process.stderr.write(`Skipped, because ${what} is not installed: ${name}\n`);
    describe.skip(`${name} (skipped: ${what} is not installed)`, suite);
  }
}

const isInstalled = (program: string): boolean => runs('/bin/sh', '-c', `command -v -- "$0"`, program);

function runs(file: string, ...args: string[]): boolean {
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
