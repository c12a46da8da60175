import { execFileSync } from 'node:child_process';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const clientSource = `${import.meta.dirname}/clients/typescript/src`;
const databaseSetup = 'test/support/global-setup.ts';

/** What needs programs beside Node, or real failures of them: part of `npm run test:all`. */
const MORE = [
  'test/browser/**/*.spec.ts',
  'test/clients/python.spec.ts',
  'test/docs/deploy.spec.ts',
  'test/e2e/{strangers,workers}.spec.ts',
  'test/faults/**/*.spec.ts',
  'test/integration/{load-balancers,nginx}.spec.ts',
  'test/realtime/{circles-online,omikron-nodes,redis-*,services-nodes,signaling-lost}.spec.ts',
];

/** Needs Node and git alone; suites that could use more are skipped, and named. */
const core: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'core',
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    exclude: MORE,
    globalSetup: [databaseSetup],
    // They wait for each other's sockets and databases a third of the time: 359 seconds instead of 437 on two cores.
    maxWorkers: 3,
    sequence: { groupOrder: 1 },
  },
};

const more: TestProjectConfiguration = {
  extends: true,
  test: { name: 'more', include: MORE, globalSetup: [databaseSetup] },
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

/** What the documents say of each protocol, once more where what the nodes share is a cluster: every command has one shard. */
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

/** One for each script and version of Node, so that CI can add them up. */
const [node = ''] = process.versions.node.split('.');
const report = `reports/${process.env['npm_lifecycle_event']?.replace(':', '-') ?? 'vitest'}-${node}.json`;

export default defineConfig({
  // From source, so that tests need no build of the client.
  resolve: {
    alias: [
      { find: /^@switchboard\/client\/(\w+)$/, replacement: `${clientSource}/$1/index.ts` },
      { find: '@switchboard/client', replacement: `${clientSource}/index.ts` },
      { find: '#web-socket', replacement: `${clientSource}/sockets/web-socket.node.ts` },
    ],
  },
  test: {
    projects: runsThreeNodes ? [core, more, threeNodes, onCluster] : [core, more],
    // For machines that are busy with other things: only what hangs takes so long.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    setupFiles: ['test/support/patience.ts', 'test/support/no-outages.ts', 'test/support/frame-check.ts'],
    // CI's machine is shared: what fails for want of time gets a second try, which the report names («retry x1»). What is
    // wrong fails twice. Nobody's own run is so patient.
    retry: process.env['CI'] ? 1 : 0,
    // One copy of the modules per worker: loading them anew for each file took a quarter of the time. A spec gives back
    // the spies and clocks it takes.
    isolate: false,
    // What one run has transformed, the next one need not.
    experimental: { fsModuleCache: true },
    unstubGlobals: true,
    unstubEnvs: true,
    // Two cores are the reference machine; more workers only make tests of many processes slower.
    maxWorkers: 2,
    reporters: [
      'default',
      './test/support/unseen-messages.ts',
      ...(process.env['CI'] ? [['json', { outputFile: report }] as ['json', object]] : []),
    ],
  },
});
