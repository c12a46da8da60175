import { execFileSync } from 'node:child_process';
import { describe, it } from 'vitest';

/**
 * A suite that needs `program` (found on PATH). Without it the suite is skipped and its name says why;
 * with REQUIRE_ALL=1 it fails instead.
 */
export function describeWith(program: string, name: string, suite: () => void): void {
  if (isInstalled(program)) {
    describe(name, suite);
  } else if (process.env['REQUIRE_ALL'] === '1') {
    describe(name, () => {
      it(`needs the program ${program}`, () => {
        throw new Error(`${program} is not installed, and REQUIRE_ALL=1 allows no skipped suite`);
      });
    });
  } else {
    process.stderr.write(`Skipped, because ${program} is not installed: ${name}\n`);
    describe.skip(`${name} (skipped: ${program} is not installed)`, suite);
  }
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v -- "$0"`, program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
