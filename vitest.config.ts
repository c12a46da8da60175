import { execFileSync } from 'node:child_process';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const clientSource = `${import.meta.dirname}/clients/typescript/src`;
const databaseSetup = 'test/support/global-setup.ts';

/** Specs that need programs besides Node, or make them fail: part of `npm run test:all`. */
const MORE = [
  'test/browser/**/*.spec.ts',
  'test/clients/python.spec.ts',
  'test/docs/deploy.spec.ts',
  'test/e2e/{strangers,workers}.spec.ts',
  'test/faults/**/*.spec.ts',
  'test/integration/{load-balancers,nginx}.spec.ts',
  'test/realtime/{circles-online,omikron-nodes,redis-*,services-nodes,signaling-lost}.spec.ts',
];

/** Needs only Node and git. Suites that could use more are skipped, and named. */
const core: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'core',
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    exclude: MORE,
    globalSetup: [databaseSetup],
    // A third of the time, specs wait for sockets and databases: 359 seconds instead of 437 on two cores.
    maxWorkers: 3,
    sequence: { groupOrder: 1 },
  },
};

const more: TestProjectConfiguration = {
  extends: true,
  test: { name: 'more', include: MORE, globalSetup: [databaseSetup] },
};

/** The transcripts again, with each connection of a client on the next of three nodes. */
const threeNodes: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'three nodes',
    include: ['test/protocols/**/*.spec.ts'],
    globalSetup: [databaseSetup, 'test/support/redis-setup.ts'],
    env: { TEST_NODES: '3' },
  },
};

/** The documented examples once more where the nodes share a cluster: every Redis command belongs to one shard. */
const onCluster: TestProjectConfiguration = {
  extends: true,
  test: {
    ...threeNodes.test,
    name: 'three nodes on a cluster',
    include: ['test/protocols/*/documented-examples.spec.ts'],
    env: { TEST_NODES: '3', TEST_REDIS: 'cluster' },
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

/** One report per script and version of Node, so that CI can add them up. */
const [node = ''] = process.versions.node.split('.');
const report = `reports/${process.env['npm_lifecycle_event']?.replace(':', '-') ?? 'vitest'}-${node}.json`;

export default defineConfig({
  // The client from source, so that tests need no build of it.
  resolve: {
    alias: [
      { find: /^@switchboard\/client\/(\w+)$/, replacement: `${clientSource}/$1/index.ts` },
      { find: '@switchboard/client', replacement: `${clientSource}/index.ts` },
      { find: '#web-socket', replacement: `${clientSource}/sockets/web-socket.node.ts` },
    ],
  },
  test: {
    projects: runsThreeNodes ? [core, more, threeNodes, onCluster] : [core, more],
    // Long enough for busy machines: only what hangs takes this long.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    setupFiles: ['test/support/patience.ts', 'test/support/no-outages.ts', 'test/support/frame-check.ts'],
    // CI's machine is shared, so a test that ran out of time gets a second try, which the report names («retry x1»); a
    // fault fails twice. Only CI is this patient.
    retry: process.env['CI'] ? 1 : 0,
    // One copy of the modules per worker: loading them anew for each file took a quarter of the time. Specs must
    // restore the spies and clocks they use.
    isolate: false,
    // Transformed modules are kept for the next run.
    experimental: { fsModuleCache: true },
    unstubGlobals: true,
    unstubEnvs: true,
    // The reference machine has two cores; more workers would only slow down tests of many processes.
    maxWorkers: 2,
    reporters: [
      'default',
      './test/support/unseen-messages.ts',
      ...(process.env['CI'] ? [['json', { outputFile: report }] as ['json', object]] : []),
    ],
  },
});
