import { execFileSync } from 'node:child_process';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const databaseSetup = 'test/support/global-setup.ts';

const oneNode: TestProjectConfiguration = {
  extends: true,
  test: { name: 'one node', include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'], globalSetup: [databaseSetup] },
};

/** The transcripts again, with a client's every connection on the next of three nodes. */
const threeNodes: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'three nodes',
    include: ['test/protocols/**/*.spec.ts'],
    globalSetup: [databaseSetup, 'test/support/redis-setup.ts'],
    env: { TEST_NODES: '3' },
  },
};

function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const runsThreeNodes = process.env['REQUIRE_ALL'] === '1' || hasRedis();
if (!runsThreeNodes)
  process.stderr.write('Skipped, because redis-server is not installed: the protocols on three nodes\n');

export default defineConfig({
  test: {
    projects: runsThreeNodes ? [oneNode, threeNodes] : [oneNode],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores are the reference machine; more workers only make real-socket tests slower.
    maxWorkers: 2,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'reports/vitest.json' }]] : ['default'],
  },
});
